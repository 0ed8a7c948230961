package messages

import "checkpoint/console/pin"

// The lines about devices on the lane's network, on the box's screen.
const (
	Tablets       LineID = "tablets"
	PairTablet    LineID = "pair-tablet"   // begins a pairing
	PairScan      LineID = "pair-scan"     // above the QR code
	PairOpen      LineID = "pair-open"     // label before an address
	PairCode      LineID = "pair-code"     // label of the code, here and there
	PairLeft      LineID = "pair-left"     // label before the seconds that are left
	PairPrint     LineID = "pair-print"    // above the certificate's fingerprint
	PairAsks      LineID = "pair-asks"     // above the name of the device that asks
	PairCompare   LineID = "pair-compare"  // before the code that the device has to show
	PairLetIn     LineID = "pair-let-in"   // confirms it
	PairNotThis   LineID = "pair-not-this" // turns it away
	PairGuessed   LineID = "pair-guessed"  // too many wrong codes
	PairFailed    LineID = "pair-failed"   // the box could not keep it
	NoTablet      LineID = "no-tablet"     // none is paired
	NoNetworkPage LineID = "no-network"    // the page is not served there
	RemoveTablet  LineID = "remove-tablet" // takes one off the list
	SignedOff     LineID = "signed-off"    // nobody is signed in on it
	SignAllOff    LineID = "sign-all-off"  // ends every session
	BackToLane    LineID = "back-to-lane"  // to the guard's page
	PairTitle     LineID = "pair-title"    // on the device
	DeviceName    LineID = "device-name"   // label
	Send          LineID = "send"          // a form
	PairWait      LineID = "pair-wait"     // until somebody at the box confirms
	PairOver      LineID = "pair-over"     // nobody did, or turned it away
	PairWrongCode LineID = "pair-wrong"    // a code that is not the box's
	PairBadName   LineID = "pair-bad-name" // a name that cannot be shown
	SignInTitle   LineID = "sign-in-title" // on the device
	YourPIN       LineID = "your-pin"      // label
	NoPINIssued   LineID = "no-pin-issued" // nobody can sign in
	MayNot        LineID = "may-not"       // a role that may not do this
)

var deviceLines = map[LineID]pair{
	Tablets:       {"Máy bảng", "Tablets"},
	PairTablet:    {"Ghép máy bảng", "Pair a tablet"},
	PairScan:      {"Quét bằng máy bảng", "Scan this with the tablet"},
	PairOpen:      {"hoặc mở", "or open"},
	PairCode:      {"Mã trên màn hình máy", "Code on the box's screen"},
	PairLeft:      {"Còn", "Left"},
	PairPrint:     {"Máy bảng sẽ cảnh báo về chứng thư. Xem chi tiết, chỉ đi tiếp khi dấu SHA-256 đúng là:", "The tablet will warn about the certificate. Look at its details; go on only if the SHA-256 fingerprint is:"},
	PairAsks:      {"Một máy xin vào, tự gọi là", "A device asks to come in. It calls itself"},
	PairCompare:   {"Máy bảng trong tay phải hiện đúng mã này:", "The tablet in your hand must show this very code:"},
	PairLetIn:     {"Đúng mã: cho vào", "Same code: let it in"},
	PairNotThis:   {"Khác mã: chặn lại", "Another code: block it"},
	PairGuessed:   {"Có ai đoán mã: đã dừng. Ghép lại từ đầu.", "Somebody guessed codes: stopped. Begin again."},
	PairFailed:    {"Không ghép được: bộ nhớ đầy, hoặc đã có 32 máy.", "Not paired: storage is full, or there are 32 devices."},
	NoTablet:      {"Chưa ghép máy nào.", "No device is paired."},
	NoNetworkPage: {"Trang chưa mở ra mạng của làn: đợi mạng, hoặc xem page.network trong cấu hình.", "The page is not open to the lane's network: wait for it, or see page.network in the configuration."},
	RemoveTablet:  {"Gỡ", "Remove"},
	SignedOff:     {"chưa ai đăng nhập", "nobody signed in"},
	SignAllOff:    {"Đăng xuất tất cả", "Sign all off"},
	BackToLane:    {"Về làn", "Back to the lane"},
	PairTitle:     {"Ghép với máy kiểm soát", "Pair with the box"},
	DeviceName:    {"Tên của máy này", "Name of this device"},
	Send:          {"Gửi", "Send"},
	PairWait:      {"So mã này với mã trên màn hình máy kiểm soát. Đúng thì bấm “Đúng mã: cho vào” ở đó, khác thì bấm “Khác mã: chặn lại”.", "Compare this code with the one on the box's screen. If they are the same, press “Same code: let it in” there; if not, “Another code: block it”."},
	PairOver:      {"Không được cho vào, hoặc đã quá giờ. Thử lại với mã mới.", "Not let in, or too late. Try again with a new code."},
	PairWrongCode: {"Mã sai, đã dùng hoặc đã hết hạn. Nếu vừa quét mã: máy khác đã nhanh hơn, bấm “Khác mã: chặn lại” ở máy kiểm soát rồi ghép lại.", "The code is wrong, used or over. If you have just scanned it, another device was faster: press “Another code: block it” at the box and begin again."},
	PairBadName:   {"Tên cần 1 đến 30 chữ.", "A name has 1 to 30 letters."},
	SignInTitle:   {"Vào ca", "Begin the shift"},
	YourPIN:       {"PIN của bạn", "Your PIN"},
	NoPINIssued:   {"Máy chưa cấp PIN nào: ghép lại máy này ở máy kiểm soát.", "No PIN was issued on the box: pair this device again there."},
	MayNot:        {"PIN đã đăng nhập không được làm việc này.", "The PIN that is signed in may not do this."},
}

var roles = map[pin.Role]pair{
	pin.Guard:      {"cán bộ", "guard"},
	pin.Lead:       {"trưởng ca", "shift lead"},
	pin.Technician: {"kỹ thuật viên", "technician"},
}
