package messages

// What a technician hangs into the box's cover, and what a shift fills in by
// hand where the page's own sheet cannot be printed.

// The texts of these papers.
const (
	InstallTitle SheetID = "install-title"
	InstallFail  SheetID = "install-fail"
	InstallBox   SheetID = "install-box"
	InstallDate  SheetID = "install-date"
	PaperCount   SheetID = "paper-count"
	PaperTime    SheetID = "paper-time"
	PaperWhen    SheetID = "paper-when"
	PaperUse     SheetID = "paper-use"
)

var cardSheets = map[SheetID]pair{
	InstallTitle: {"Từ hộp đến đèn xanh đầu tiên: mười bước", "From the box to the first green light: ten steps"},
	InstallFail:  {"Dòng nào báo LỖI đều nói phải làm gì. Vẫn chưa được: chạy lệnh dưới đây, rồi cắm rút từng dây.", "Each row that FAILs says what mends it. Still not well: run the command below, then unplug and plug one cable after the other."},
	InstallBox:   {"Máy · nơi · làn", "Box · place · lane"},
	InstallDate:  {"Ngày · kỹ thuật viên", "Date · technician"},
	PaperCount:   {"Số lượt", "Count"},
	PaperTime:    {"Từ … đến … ngày", "From … to … on"},
	PaperWhen:    {"Giờ", "Time"},
	PaperUse:     {"Dùng khi không in được phiếu từ trang. Số đọc ở trang Bàn giao ca. Ghi tên hoặc số hiệu, không ghi tên người qua cổng.", "For when the page's own sheet cannot be printed. The figures are on its page. Write guards' names or numbers, never those of people who came."},
}

// install are the steps of the card, each with its command where it has one.
var install = [...]struct {
	text    pair
	command string
}{
	{pair{"Cắm máy quét USB, dây đèn và rơ-le, màn hình, dây mạng; nguồn cắm sau cùng.", "Plug in scanner (USB), lamps and relay, screen, network cable; power last."}, ""},
	{pair{"Đưa máy vào tỉnh bằng USB của văn phòng; đọc mã hiện ra cho văn phòng qua điện thoại.", "Enrol with the office's stick; read the code that is shown to the office by telephone."}, "sudo checkpointctl enrol --claim /media/usb"},
	{pair{"Xem máy thấy máy quét và chân nào; ghi vào /etc/checkpoint/checkpoint.toml.", "See which scanners and lines there are; write them into /etc/checkpoint/checkpoint.toml."}, "sudo checkpointctl detect"},
	{pair{"Thử cấu hình: mọi lỗi hiện cùng lúc.", "Try the configuration: every fault is told at once."}, "sudo checkpointd --check"},
	{pair{"Nạp dữ liệu của tỉnh; máy kiểm từng khối.", "Load the province's data; every block is proven."}, "sudo checkpointctl snapshot load /media/usb/snap"},
	{pair{"Chạy, và chạy lại mỗi khi có điện.", "Start it, now and whenever there is power."}, "sudo systemctl enable --now checkpointd"},
	{pair{"Thử cả máy: nhìn từng đèn, rồi đưa mã thử (in cùng tờ này) vào máy quét.", "Try all of it: watch each lamp, then show the scanner the code that is printed with this card."}, "sudo checkpointctl doctor --lamps --scan"},
	{pair{"Mở trang trên màn hình; quét thẻ của một người đủ điều kiện: đèn xanh.", "Open the page on the screen; scan the card of somebody who meets the rule: green."}, "chromium --kiosk http://127.0.0.1:8080/"},
	{pair{"Cấp PIN trưởng ca và PIN kỹ thuật; ghép máy bảng nếu có.", "Issue a shift lead's PIN and a technician's; pair tablets if there are any."}, "sudo checkpointctl pin issue --role lead --holder 'Ca A'"},
	{pair{"Treo hai tờ: tờ của cán bộ, thông báo cho người dân. Cho cán bộ tập: ≡, Chế độ tập.", "Hang up the guard's poster and the notice for citizens. Let the guard practise: ≡, Training mode."}, ""},
}

// Step is a step of the install card.
type Step struct{ Text, Command string }

// Install are the steps of the install card.
func Install(l Lang) (all []Step) {
	for _, s := range install {
		all = append(all, Step{s.text.in(l), s.command})
	}
	return all
}
