package seed

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"checkpoint/store/durable"
)

// Report is what the status file tells.
type Report struct {
	Read    Read
	Missing Faults  // of the configuration
	Faults  []error // of the card itself, the claim, the files to write
	Bare    bool    // a password is still in the file

	Box, Site, Lane string
	Scanner         string
	ByHand          bool // the configuration was changed by hand: the seed's site and lane do not count

	Claim    Claim
	Province string // the province's code, to compare
	Machine  string // this machine's code, to read out
	Offline  bool   // the claim names no server: request and reply go on a stick
}

// Claim is how far the box's enrolment is.
type Claim int

// How far.
const (
	NoClaim  Claim = iota
	Waiting        // for the office to approve
	Approved       // the box has its certificate
)

// Text is the file, for any editor on any computer: UTF-8 with its mark, and
// Windows line ends. It has no time in it, so that a start that changes nothing
// writes nothing.
func (r Report) Text() []byte {
	var b strings.Builder
	b.WriteString("\ufeff")
	for _, language := range []int{0, 1} {
		b.WriteString(strings.Join(r.lines(language), "\r\n"))
		b.WriteString("\r\n\r\n")
	}
	return []byte(b.String())
}

// in is a text in one of the two languages.
func (t Text) in(language int) string {
	if language == 0 {
		return t.VI
	}
	return t.EN
}

// lines are the file in one language: what was read, what is wrong, what to do.
func (r Report) lines(language int) []string {
	var out []string
	add := func(t Text) { out = append(out, t.in(language)) }
	list := func(head Text, all []Text) {
		if len(all) == 0 {
			return
		}
		add(Text{"", ""})
		add(head)
		for _, t := range all {
			out = append(out, "- "+t.in(language))
		}
	}
	add(Text{"MÁY KIỂM SOÁT - TÌNH TRẠNG", "CHECKPOINT BOX - STATUS"})
	add(Text{"Máy viết tệp này; sửa ở đây không có tác dụng. Sửa " + File + ", rồi bật lại máy.", "The box writes this file; changing it does nothing. Change " + File + ", then start the box again."})
	list(Text{"ĐÃ ĐỌC", "WHAT WAS READ"}, r.read())
	list(Text{"CÓ LỖI", "WHAT IS WRONG"}, r.wrong())
	list(Text{"VIỆC CẦN LÀM", "WHAT TO DO"}, r.next())
	add(Text{"", ""})
	add(Text{"ĐÈN TRÊN MÁY (nháy rồi nghỉ): 1 tốt, 2 chưa có cấu hình, 3 không có mạng, 4 chờ văn phòng duyệt, 5 chưa có dữ liệu, 6 giờ chưa đúng.", "LED ON THE BOX (flashes, then a pause): 1 well, 2 no configuration, 3 no network, 4 waiting for the office's approval, 5 no data, 6 clock not trusted."})
	return out
}

func (r Report) read() (list []Text) {
	switch {
	case r.Read.Fresh:
		list = append(list, Text{File + ": đọc được, đang dùng", File + ": read, and in force"})
	case r.Read.Seed != nil:
		list = append(list, Text{"đang dùng bản tốt lần trước của " + File, "the last good " + File + " is in force"})
	case r.Read.Absent:
		list = append(list, Text{"không có tệp " + File + ": mạng lấy DHCP", "there is no " + File + ": the network is by DHCP"})
	default:
		list = append(list, Text{"chưa có bản nào dùng được", "there is none that holds yet"})
	}
	if r.Box != "" {
		list = append(list, Text{fmt.Sprintf("máy %s, %s, làn %s", r.Box, r.Site, r.Lane), fmt.Sprintf("box %s, %s, lane %s", r.Box, r.Site, r.Lane)})
	}
	if r.Scanner != "" {
		list = append(list, Text{"máy quét: " + r.Scanner, "scanner: " + r.Scanner})
	}
	switch r.Claim {
	case Waiting:
		list = append(list, Text{"giấy mời của văn phòng: đã nhận", "the office's claim: taken"})
	case Approved:
		list = append(list, Text{"đã vào tỉnh", "enrolled in the province"})
	}
	return list
}

// missing is what the configuration lacks. A file that has faults may have it in
// the lines that were not taken.
func (r Report) missing() Faults {
	if len(r.Read.Faults) > 0 && !r.Read.Absent {
		return nil
	}
	return r.Missing
}

func (r Report) wrong() (list []Text) {
	for _, f := range r.Read.Faults {
		t := f.Text
		if f.Line > 0 {
			t = Text{fmt.Sprintf("%s, dòng %d: %s", File, f.Line, t.VI), fmt.Sprintf("%s, line %d: %s", File, f.Line, t.EN)}
		}
		list = append(list, t)
	}
	for _, n := range r.Read.Near {
		list = append(list, Text{fmt.Sprintf("tệp %q không được đọc: đổi tên thành %s, hoặc xoá đi", n.Name, n.Meant), fmt.Sprintf("the file %q is not read: rename it to %s, or delete it", n.Name, n.Meant)})
	}
	for _, f := range r.missing() {
		list = append(list, f.Text)
	}
	if r.ByHand {
		list = append(list, Text{"cấu hình đã được sửa tay trên máy: nơi, làn, máy quét và giờ khởi động lại ghi ở đây không có tác dụng", "the configuration was changed by hand on the box: site, lane, scanner and time of restart of this file do not count"})
	}
	if r.Bare {
		list = append(list, Text{"không xoá được mật khẩu khỏi " + File + ": hãy tự xoá", "a password could not be taken out of " + File + ": remove it yourself"})
	}
	for _, err := range r.Faults {
		vi, en, both := strings.Cut(strings.ReplaceAll(err.Error(), "\n", "; "), " / ")
		if !both {
			en = vi
		}
		list = append(list, Text{vi, en})
	}
	return list
}

func (r Report) next() (list []Text) {
	if len(r.Read.Faults) > 0 {
		list = append(list, Text{"sửa các dòng trên trong " + File + ", lưu, rút thẻ an toàn, bật lại máy", "mend the lines above in " + File + ", save, eject the card safely, start the box again"})
	}
	switch {
	case r.Claim == NoClaim && len(r.missing()) > 0:
		list = append(list, Text{"chép tệp checkpoint-claim.txt của văn phòng vào cạnh tệp này, hoặc vào USB rồi cắm vào máy; không có giấy mời thì điền các mục trên vào " + File, "copy the office's checkpoint-claim.txt beside this file, or onto a stick and plug that into the box; without a claim fill in what is missing in " + File})
	case r.Claim == Waiting:
		list = append(list,
			Text{"so mã của tỉnh với tờ giấy của văn phòng: " + r.Province, "compare the province's code with the office's paper: " + r.Province},
			Text{"gọi văn phòng, đọc mã của máy này: " + r.Machine, "call the office and read out this machine's code: " + r.Machine})
	}
	if r.Claim == Waiting && r.Offline {
		list = append(list, Text{"mang checkpoint-request.cbor (cạnh tệp này) đến văn phòng; chép checkpoint-reply.cbor về đây hoặc lên USB", "take checkpoint-request.cbor (beside this file) to the office; bring checkpoint-reply.cbor back here or on a stick"})
	}
	switch {
	case len(list) > 0:
	case len(r.wrong()) > 0:
		list = append(list, Text{"xem các dòng trên; trên máy: sudo checkpointctl doctor", "see the lines above; on the box: sudo checkpointctl doctor"})
	default:
		list = append(list, Text{"không có gì; trên máy: sudo checkpointctl doctor", "nothing; on the box: sudo checkpointctl doctor"})
	}
	return list
}

// Stale tells whether the status file says something else than this.
func (r Report) Stale(boot string) bool {
	b, err := os.ReadFile(filepath.Join(boot, StatusFile))
	return err != nil || !bytes.Equal(b, r.Text())
}

// Write replaces the status file.
func (r Report) Write(boot string) error {
	return durable.Replace(filepath.Join(boot, StatusFile), r.Text(), 0o644)
}
