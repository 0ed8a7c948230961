package messages

import (
	"cmp"

	"checkpoint"
)

// What is printed: the guard's poster and the notice for citizens. Like
// catalogue.go, to be approved by the province; what both say with words of the
// screen they take from there.

// lamps say what the lamp of a signal does, as docs/signals.md binds it.
var lamps = map[checkpoint.Signal]pair{
	checkpoint.SignalAdmit:     {"đèn xanh sáng 3 giây", "green lamp, 3 s"},
	checkpoint.SignalRefer:     {"đèn vàng nháy đều, chậm", "amber lamp, slow and even"},
	checkpoint.SignalRefuse:    {"đèn đỏ nháy hai cái một", "red lamp, two by two"},
	checkpoint.SignalRepeat:    {"đèn vàng nháy ba cái một", "amber lamp, three by three"},
	checkpoint.SignalNotRead:   {"đèn vàng chớp một cái", "amber lamp, one wink"},
	checkpoint.SignalFault:     {"đèn đỏ và vàng thay nhau, rất chậm", "red and amber in turn, very slow"},
	checkpoint.SignalEmergency: {"đèn xanh sáng mãi, đèn máy nháy", "green lamp stays, the box's LED blinks"},
}

// sounds say how the buzzer of a signal sounds.
var sounds = map[checkpoint.Signal]pair{
	checkpoint.SignalAdmit:     {"một tiếng ngắn", "one short tone"},
	checkpoint.SignalRefer:     {"hai tiếng ngắn", "two short tones"},
	checkpoint.SignalRefuse:    {"ba tiếng dài", "three long tones"},
	checkpoint.SignalRepeat:    {"một tiếng ngắn, một tiếng dài", "a short tone, a long one"},
	checkpoint.SignalNotRead:   {"hai tiếng rất ngắn", "two very short tones"},
	checkpoint.SignalFault:     {"một tiếng rất dài", "one very long tone"},
	checkpoint.SignalEmergency: {"một tiếng rất dài", "one very long tone"},
}

// advice is what the guard does about a verdict, whatever its reason.
var advice = map[checkpoint.Signal]pair{
	checkpoint.SignalAdmit:     {"So mặt với ảnh trên thẻ, rồi mời qua. Thấy khác: bấm CÓ ĐIỂM SAI.", "Compare the face with the photo, then let in. If something is wrong: SOMETHING DIFFERS."},
	checkpoint.SignalRefer:     {"Đọc dòng dưới chữ lớn và làm theo, rồi bấm CHO QUA hoặc TỪ CHỐI. Giấy khác: QUÉT GIẤY KHÁC.", "Do what the line below the word says, then LET PASS or TURN BACK. Another paper: OTHER PAPER."},
	checkpoint.SignalRefuse:    {"Giữ khoảng cách, nói nhẹ nhàng. Bấm TỪ CHỐI hoặc GỌI TRỰC BAN. Không nói lý do trước người khác.", "Keep your distance, stay calm. TURN BACK or CALL DUTY OFFICER. Never say why before others."},
	checkpoint.SignalRepeat:    {"Cùng người đi lại: CÙNG NGƯỜI. Không phải: NGƯỜI KHÁC, rồi xem thẻ.", "The same person again: SAME PERSON. If not: SOMEONE ELSE, then look at the card."},
	checkpoint.SignalNotRead:   {"Lau mã, giữ thẳng, thử lại. Ba lần không được: bấm NHẬP SỐ.", "Wipe the code, hold it flat, try again. After three times: TYPE NUMBER."},
	checkpoint.SignalFault:     {"Lỗi của máy, không phải của người. Kiểm tra bằng mắt, ghi sổ, báo kỹ thuật.", "The machine's fault, nobody else's. Check by eye, write it down, tell the technician."},
	checkpoint.SignalEmergency: {"Cổng luôn mở. Đưa mọi người ra; đừng giữ ai lại.", "The gate stays open. Lead everybody out; hold nobody back."},
}

// SheetID names a text that stands on paper alone.
type SheetID string

// The texts of paper.
const (
	PosterTitle SheetID = "poster-title"
	PosterRule  SheetID = "poster-rule"
	PosterWho   SheetID = "poster-who"
	PosterLost  SheetID = "poster-lost"
	PosterFaint SheetID = "poster-priority"
	PosterDuty  SheetID = "poster-duty"
	PosterTech  SheetID = "poster-technician"
	MachineSays SheetID = "machine-says"

	NoticeTitle SheetID = "notice-title"
	NoticeSite  SheetID = "notice-site"
	NoticeOrder SheetID = "notice-order"
)

var sheets = map[SheetID]pair{
	PosterTitle: {"Cán bộ làn: nhìn hình, đọc chữ, làm theo", "The guard's poster: see the shape, read the word, do this"},
	PosterRule:  {"Máy chỉ khuyên. Cán bộ quyết định. Mỗi đèn vàng, đèn đỏ phải bấm một nút.", "The machine advises. You decide. Each amber and each red ends with a button."},
	PosterWho:   {"Vàng và đỏ là về người. Xám là về máy hoặc mã.", "Amber and red are about a person. Grey is about the machine or the code."},
	PosterLost:  {"Màn hình đứng hoặc tối: đừng tin nó, nhìn đèn ở cổng. Cổng tối: kiểm tra bằng mắt, ghi sổ.", "Screen frozen or dark: do not trust it, look at the gate's lamps. Gate dark: check by eye, write it down."},
	PosterFaint: {"Xe ưu tiên, cấp cứu: giữ nút XE ƯU TIÊN 1 giây. Không bao giờ giữ ai ở lối ra.", "Priority vehicle, first aid: hold PRIORITY VEHICLE for 1 s. Never hold anybody at an exit."},
	PosterDuty:  {"Trực ban", "Duty officer"},
	PosterTech:  {"Kỹ thuật", "Technician"},
	MachineSays: {"Khi máy báo", "When the machine says"},

	NoticeTitle: {"Quét mã tại đây", "Codes are scanned here"},
	NoticeSite:  {"Nơi này", "This place"},
	NoticeOrder: {"Căn cứ", "By order of"},
}

// notice are the questions of a citizen, and their answers. A line of dots is
// for the province to fill in.
var notice = [...][2]pair{
	{{"Quét gì?", "What is scanned?"},
		{"Mã QR trên thẻ căn cước, thẻ bảo hiểm y tế, tờ khai di chuyển hoặc giấy y tế mà bạn đưa ra. Không quét gì khác.",
			"The QR code on the ID card, health card, mobility declaration or health paper that you show. Nothing else."}},
	{{"Để làm gì?", "What for?"},
		{"Để biết quy định phòng, chống dịch của tỉnh có cho qua hay không, và để cơ quan y tế tìm được bạn nếu cần báo cho bạn.",
			"To see whether the province's rules against the epidemic let you in, and so that the health office can reach you if you must be told something."}},
	{{"Ai quyết định?", "Who decides?"},
		{"Cán bộ ở đây. Máy chỉ khuyên. Màn hình không nói với ai về sức khoẻ của bạn.",
			"The guard. The machine only advises. No screen says anything about your health."}},
	{{"Ghi lại những gì?", "What is recorded?"},
		{"Giờ, nơi, chiều đi, số giấy tờ, kết quả và quyết định của cán bộ. Họ tên, địa chỉ và số điện thoại chỉ khi bạn không có trong dữ liệu hoặc khai giấy. Camera chỉ đọc mã: không lưu, không gửi hình.",
			"Time, place, direction, the document's number, the result and what the guard decided. Name, address and phone number only of somebody who is not in the data or fills in a form. A camera reads codes alone: no picture is kept or sent."}},
	{{"Giữ bao lâu?", "How long is it kept?"},
		{"Trên máy: được khoá kín, máy không tự đọc lại được, xoá 7 ngày sau khi tỉnh đã nhận. Ở tỉnh: ………… ngày, rồi xoá.",
			"On this box: sealed so that the box itself cannot read it again, and removed 7 days after the province has it. In the province: ………… days, then it is erased."}},
	{{"Hỏi ai, khiếu nại thế nào?", "Whom can I ask, how do I complain?"},
		{"Hỏi cán bộ mã khiếu nại trên màn hình, rồi gọi đường dây nóng. Bạn được xem và yêu cầu sửa dữ liệu về mình.",
			"Ask the guard for the complaint reference on the screen and call the hotline. You may see the data about you and have them corrected."}},
	{{"Không có mã, không muốn quét?", "No code, or rather not?"},
		{"Cán bộ sẽ xem giấy tờ bằng mắt, hoặc bạn khai giấy.",
			"The guard looks at your papers, or you fill in a form."}},
}

// Lamp says what the lamps of a signal do.
func Lamp(s checkpoint.Signal, l Lang) string { return lamps[s].in(l) }

// Sound says how the buzzer of a signal sounds.
func Sound(s checkpoint.Signal, l Lang) string { return sounds[s].in(l) }

// Advice says what a guard does about a signal.
func Advice(s checkpoint.Signal, l Lang) string { return advice[s].in(l) }

// Sheet is a text of paper.
func Sheet(id SheetID, l Lang) string { return cmp.Or(sheets[id].in(l), cardSheets[id].in(l)) }

// Answered is a question of a citizen.
type Answered struct{ Question, Answer string }

// Notice are the questions of citizens with their answers.
func Notice(l Lang) (all []Answered) {
	for _, n := range notice {
		all = append(all, Answered{n[0].in(l), n[1].in(l)})
	}
	return all
}
