package messages

import (
	"testing"
	"time"

	"checkpoint"
)

func TestReasonAsShown(t *testing.T) {
	for _, c := range []struct {
		code checkpoint.Reason
		args map[string]string
		lang Lang
		want Text
	}{
		{"G1", map[string]string{"time": "2021-01-12T19:00:00Z"}, Vietnamese, Text{"Đủ điều kiện · dữ liệu 13/01 02:00", ""}},
		{"G1", map[string]string{"time": "2021-01-13T02:00:00+07:00"}, English, Text{"Meets the rule · data of 13/01 02:00", ""}},
		{"G1", nil, Vietnamese, Text{"Đủ điều kiện", ""}},
		{"A01", nil, Vietnamese, Text{"Không có trong dữ liệu", "Xem giấy tờ gốc. Nghi đọc sai thì gõ lại số."}},
		{"A06", map[string]string{"ago": "45s", "lane": "2"}, Vietnamese, Text{"Vừa quét 45 giây trước, làn 2", "Cùng một người thì bấm CÙNG NGƯỜI."}},
		{"A06", map[string]string{"ago": "2m0s", "lane": "Cổng B"}, English, Text{"Scanned 2 min ago, Cổng B", "If it is the same person, press SAME PERSON."}},
		{"A06", map[string]string{"lane": "2"}, English, Text{"Scanned just now, lane 2", "If it is the same person, press SAME PERSON."}},
		{"A08", map[string]string{"age": "31h20m0s"}, Vietnamese, Text{"Dữ liệu cũ 31 giờ", "Máy không tự cho qua. Xem giấy tờ bằng mắt."}},
		{"A08", map[string]string{"age": "31h20m0s"}, English, Text{"Data is 31 h old", "No automatic go. Check the papers by eye."}},
		{"A14", nil, Vietnamese, Text{"Tờ khai chưa có trên máy", "Xem điện thoại, so với thẻ."}},
		{"R01", map[string]string{"phone": "024 0000 0113"}, Vietnamese, Text{"Thuộc diện hạn chế đi lại", "Giữ khoảng cách, mời sang khu riêng, gọi 024 0000 0113."}},
		{"R02", nil, English, Text{"Card reported lost or withdrawn", "Call the duty officer."}},
		{"R05", map[string]string{"rule": "Quy định 12 – trụ sở"}, Vietnamese, Text{"Không đủ điều kiện theo Quy định 12 – trụ sở", "Giải thích và hướng dẫn quay đầu."}},
		{"R05", map[string]string{"rule": "[{time}|x]"}, English, Text{"Does not meet [{time}|x]", "Explain and show the way back."}},
		{"N02", map[string]string{"kind": "emvco-payment"}, Vietnamese, Text{"Không phải mã cá nhân (đây là mã thanh toán)", "Xin mã trên thẻ CCCD."}},
		{"N02", map[string]string{"kind": "location-checkin"}, English, Text{"Not a personal code (this is a place code)", "Ask for the code on the ID card."}},
		{"N07", map[string]string{"time": "2021-10-13T17:30:00Z", "n": "12"}, Vietnamese, Text{"Mất mạng từ 14/10 00:30", "vẫn kiểm tra bình thường. 12 lượt chờ gửi."}},
		{"N15", map[string]string{"n": "2", "time": "30s"}, English, Text{"Wrong PIN", "2 tries left, then wait 30 s."}},
		{"N16", map[string]string{"code": "SLOW", "box": "HD-0412"}, Vietnamese, Text{"Tạm ngừng", "mời sang làn khác. Mã SLOW · máy HD-0412."}},
		{"N16", map[string]string{"code": "SLOW"}, Vietnamese, Text{"Tạm ngừng", "mời sang làn khác. Mã SLOW."}},
		{"N16", map[string]string{"box": "HD-0412"}, English, Text{"Out of service", "use another lane. Box HD-0412."}},
		{"A99", map[string]string{"time": "2021-01-12T19:00:00Z"}, Vietnamese, Text{"A99", ""}},
		{"A03", nil, "fr", Text{"Thông tin QR khác dữ liệu", "So từng dòng ▲ với thẻ."}},
	} {
		if got := Reason(c.code, c.args, c.lang); got != c.want {
			t.Errorf("Reason(%s, %v, %s)\n got %q\nwant %q", c.code, c.args, c.lang, got, c.want)
		}
	}
}

func TestTimesAndSpans(t *testing.T) {
	for _, c := range []struct{ name, value, vi, en string }{
		{"age", "0s", "0 giây", "0 s"},
		{"age", "-3h0m0s", "0 giây", "0 s"}, // a clock behind the data's own time
		{"ago", "1m59s", "119 giây", "119 s"},
		{"ago", "2m30s", "2 phút", "2 min"},
		{"age", "1h59m0s", "119 phút", "119 min"},
		{"age", "49h59m0s", "49 giờ", "49 h"},
		{"age", "120h0m0s", "5 ngày", "5 d"},
		{"time", "2021-12-31T17:00:00Z", "01/01 00:00", "01/01 00:00"},
		{"time", "soon", "soon", "soon"},
		{"n", "45s", "45s", "45s"}, // only times are told as times
	} {
		if got := show(c.name, c.value, Vietnamese); got != c.vi {
			t.Errorf("%s %s in Vietnamese: %q, want %q", c.name, c.value, got, c.vi)
		}
		if got := show(c.name, c.value, English); got != c.en {
			t.Errorf("%s %s in English: %q, want %q", c.name, c.value, got, c.en)
		}
	}
}

// The contract: ASCII displays never show "DUNG LAI", and nothing that is not
// a verdict looks like one that lets people in.
func TestASCII(t *testing.T) {
	want := map[checkpoint.Verdict]string{
		checkpoint.Admit: "GO", checkpoint.Refer: "CHECK", checkpoint.Refuse: "STOP",
		checkpoint.Repeat: "SEEN", checkpoint.NotRead: "?", checkpoint.Fault: "FAULT",
		0: "FAULT", 200: "FAULT",
	}
	for v, w := range want {
		if got := ASCII(v); got != w {
			t.Errorf("ASCII(%v) = %q, want %q", v, got, w)
		}
	}
}

func TestUnknownNamesShowThemselves(t *testing.T) {
	for got, want := range map[string]string{
		Button("no-such", Vietnamese):      "no-such",
		Line("no-line", English):           "no-line",
		Finding("NEW_FINDING", Vietnamese): "NEW_FINDING",
		Field("father", English):           "father",
		Kind("aztec", Vietnamese):          "aztec",
		Outcome(99, English):               "(99)",
		Word(77, Vietnamese):               "(77)",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhereToMoveACode(t *testing.T) {
	for d, want := range map[checkpoint.Distance][2]string{
		checkpoint.TooFar:       {"Đưa mã lại gần camera", "Bring the code nearer"},
		checkpoint.TooNear:      {"Đưa mã ra xa camera", "Take the code further away"},
		checkpoint.DistanceFine: {"", ""},
	} {
		if vi, en := Distance(d, Vietnamese), Distance(d, English); vi != want[0] || en != want[1] {
			t.Errorf("%q: %q and %q, want %q", d, vi, en, want)
		}
	}
}

func TestWhatIsLeftOfAPaper(t *testing.T) {
	now := time.Date(2021, 10, 15, 8, 0, 0, 0, time.UTC)
	for until, want := range map[string][2]string{
		"2021-10-18T08:00:00Z": {"còn 72 giờ", "72 h left"}, "2021-10-15T09:30:00Z": {"còn 90 phút", "90 min left"}, "2021-10-15T16:00:00+07:00": {"còn 60 phút", "60 min left"},
		"2021-10-15T07:59:59Z": {"đã hết hạn", "over"}, "": {"", ""}, "soon": {"", ""},
	} {
		if vi, en := Left(until, now, Vietnamese), Left(until, now, English); vi != want[0] || en != want[1] {
			t.Errorf("%q: %q, %q, want %q", until, vi, en, want)
		}
	}
}
