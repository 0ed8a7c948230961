package faults

import (
	"time"

	"checkpoint"
)

// The codes.
const (
	DaemonDead        Code = "DAEMON_DEAD"
	DaemonNotAsked    Code = "DAEMON_NOT_ASKED"
	NotConfigured     Code = "NOT_CONFIGURED"
	ConfigFault       Code = "CONFIG_FAULT"
	KeysUnusable      Code = "KEYS_UNUSABLE"
	DiskReadOnly      Code = "DISK_READ_ONLY"
	DiskFull          Code = "DISK_FULL"
	QueueFull         Code = "QUEUE_FULL"
	JournalMissing    Code = "JOURNAL_MISSING"
	NoSnapshot        Code = "NO_SNAPSHOT"
	SnapshotDamaged   Code = "SNAPSHOT_DAMAGED"
	ClockNotTrusted   Code = "CLOCK_NOT_TRUSTED"
	SnapshotTooOld    Code = "SNAPSHOT_TOO_OLD"
	SnapshotStale     Code = "SNAPSHOT_STALE"
	SnapshotSlow      Code = "SNAPSHOT_SLOW"
	ScannerGone       Code = "SCANNER_GONE"
	ScannerGarbles    Code = "SCANNER_GARBLES"
	CameraGone        Code = "CAMERA_GONE"
	CameraBlind       Code = "CAMERA_BLIND"
	GateLost          Code = "GATE_LOST"
	GateDisagrees     Code = "GATE_DISAGREES"
	BoxOpened         Code = "BOX_OPENED"
	LowVoltage        Code = "LOW_VOLTAGE"
	LowVoltageBefore  Code = "LOW_VOLTAGE_BEFORE"
	TooHot            Code = "TOO_HOT"
	DiskNearlyFull    Code = "DISK_NEARLY_FULL"
	DiskWorn          Code = "DISK_WORN"
	JournalDamaged    Code = "JOURNAL_DAMAGED"
	CableOut          Code = "CABLE_OUT"
	PageNotOpen       Code = "PAGE_NOT_OPEN"
	ScreenNotSet      Code = "SCREEN_NOT_SET"
	CertificateOver   Code = "CERTIFICATE_OVER"
	CertificateEnds   Code = "CERTIFICATE_ENDS"
	LinkNotSetUp      Code = "LINK_NOT_SET_UP"
	BrokerUnreachable Code = "BROKER_UNREACHABLE"
	BrokerRefuses     Code = "BROKER_REFUSES"
	CollectorAbsent   Code = "COLLECTOR_ABSENT"
	QueueOld          Code = "QUEUE_OLD"
	UpdatesFail       Code = "UPDATES_FAIL"
	UpdatesStale      Code = "UPDATES_STALE"
	CommandsRefused   Code = "COMMANDS_REFUSED"
	MarksForged       Code = "MARKS_FORGED"
)

// How long some faults must last. A reader that is replugged, a router that
// starts again and a broker that is restarted are nobody's business.
const (
	replugged = 2 * time.Second
	blinked   = 10 * time.Second
	restarted = time.Minute
	lasting   = 10 * time.Minute
)

// The table's order is what a box is worst off for first.
var table = []Fault{
	{Code: DaemonDead, Row: RowDaemon, Severity: Fail,
		Title: Text{"Dịch vụ không chạy", "The service does not run"},
		Act:   Text{"khởi động lại; vẫn chết thì đọc nhật ký: checkpointctl logs", "start it again; if it dies again, read: checkpointctl logs"}, Next: "systemctl restart checkpointd"},
	{Code: DaemonNotAsked, Row: RowDaemon, Severity: Warn,
		Title: Text{"Không được phép hỏi dịch vụ", "Not allowed to ask the service"},
		Act:   Text{"chạy lại với sudo", "run it again with sudo"}, Next: "sudo checkpointctl doctor"},
	{Code: NotConfigured, Row: RowConfig, Severity: Fail, Reason: checkpoint.OutOfService,
		Title: Text{"Cấu hình không dùng được: máy tạm ngừng", "The configuration does not hold: the box is out of service"},
		Act:   Text{"sửa từng dòng được nêu, rồi khởi động lại dịch vụ", "mend each line that is named, then restart the service"}, Next: "checkpointd --check"},
	{Code: ConfigFault, Row: RowConfig, Severity: Warn, Causes: []Code{NotConfigured, KeysUnusable},
		Title: Text{"Tệp cấu hình hoặc tệp nó nêu có lỗi", "The configuration, or a file that it names, has a fault"},
		Act:   Text{"làm như dòng trên nói", "do what the line says"}, Next: "checkpointd --check"},
	{Code: KeysUnusable, Row: RowKeys, Severity: Fail, Reason: checkpoint.OutOfService,
		Title: Text{"Không dùng được khoá của tỉnh: máy không kiểm tra được ai", "The province's keys are not usable: the box checks nobody"},
		Act:   Text{"làm như dòng trên nói, hoặc đưa máy vào tỉnh lại", "do what the line says, or enrol the box again"}, Next: "checkpointctl enrol"},
	{Code: DiskReadOnly, Row: RowDisk, Severity: Fail, Reason: checkpoint.CannotRecord,
		Title: Text{"Thẻ nhớ không ghi được", "Nothing can be written to the disk"},
		Act:   Text{"khởi động lại máy; lỗi lặp lại thì thay thẻ", "restart the box; if it comes back, change the card"}, Next: "dmesg --level=err | tail"},
	{Code: DiskFull, Row: RowDisk, Severity: Fail, Reason: checkpoint.CannotRecord,
		Title: Text{"Thẻ nhớ đầy", "The disk is full"},
		Act:   Text{"nối mạng để gửi bản ghi; xoá tệp lạ trên thẻ; bản ghi không bao giờ bị xoá", "connect the box so that records go; remove foreign files; records are never thrown away"}, Next: "df -h /var/lib/checkpoint"},
	{Code: QueueFull, Row: RowQueue, Severity: Fail, Causes: []Code{DiskFull, DiskReadOnly}, Reason: checkpoint.CannotRecord,
		Title: Text{"Không ghi được lượt quét nào nữa", "No scan can be recorded any more"},
		Act:   Text{"nối mạng để gửi bản ghi, hoặc thẻ lớn hơn", "connect the box so that records go, or use a larger card"}, Next: "df -h /var/lib/checkpoint"},
	{Code: JournalMissing, Row: RowQueue, Severity: Fail, Causes: []Code{KeysUnusable, DiskFull, DiskReadOnly}, Reason: checkpoint.CannotRecord,
		Title: Text{"Không mở được sổ ghi: cổng không mở", "The journal cannot be opened: nothing opens"},
		Act:   Text{"làm như dòng trên nói", "do what the line says"}, Next: "sudo checkpointd --check"},
	{Code: NoSnapshot, Row: RowSnapshot, Severity: Fail, Causes: []Code{KeysUnusable}, Reason: checkpoint.NoData,
		Title: Text{"Chưa có dữ liệu", "No data yet"},
		Act:   Text{"nạp từ USB của tỉnh", "load it from the province's stick"}, Next: "checkpointctl snapshot load /media/usb/snap"},
	{Code: SnapshotDamaged, Row: RowSnapshot, Severity: Fail, Causes: []Code{NoSnapshot, KeysUnusable}, Reason: checkpoint.DataDamaged,
		Title: Text{"Dữ liệu trên máy bị hỏng", "Data on the box is damaged"},
		Act:   Text{"nạp lại bản mới nhất; lặp lại thì thay thẻ", "load the newest again; if it comes back, change the card"}, Next: "checkpointctl snapshot load /media/usb/snap"},
	{Code: ClockNotTrusted, Row: RowClock, Severity: Fail, Reason: checkpoint.ClockNotTrusted,
		Title: Text{"Giờ máy chưa đúng: không ai được tự cho qua", "The clock is not trusted: nobody is admitted automatically"},
		Act:   Text{"cho máy một nguồn giờ: nối mạng, hoặc đặt giờ rồi nối mạng", "give the box a time server: connect it, or set the time and connect it"}, Next: "timedatectl set-ntp true"},
	{Code: SnapshotTooOld, Row: RowSnapshot, Severity: Fail, Causes: []Code{NoSnapshot, ClockNotTrusted}, Reason: checkpoint.DataTooOld,
		Title: Text{"Dữ liệu quá cũ: không ai được tự cho qua", "Data is too old: nobody is admitted automatically"},
		Act:   Text{"nối mạng, hoặc nạp từ USB của tỉnh", "connect the box, or load from the province's stick"}, Next: "checkpointctl snapshot load /media/usb/snap"},
	{Code: SnapshotStale, Row: RowSnapshot, Severity: Warn, Causes: []Code{NoSnapshot, ClockNotTrusted, SnapshotTooOld},
		Title: Text{"Dữ liệu cũ", "Data is old"},
		Act:   Text{"nối mạng, hoặc nạp từ USB của tỉnh", "connect the box, or load from the province's stick"}, Next: "checkpointctl snapshot load /media/usb/snap"},
	{Code: SnapshotSlow, Row: RowSnapshot, Severity: Warn,
		Title: Text{"Tra cứu chậm", "Look-ups are slow"},
		Act:   Text{"thẻ nhớ chậm hoặc sắp hỏng: thay thẻ", "the card is slow or about to fail: change it"}, Next: "dmesg --level=err | tail"},
	{Code: ScannerGone, Row: RowScanner, Severity: Fail, After: replugged,
		Title: Text{"Máy quét mất kết nối", "Scanner not connected"},
		Act:   Text{"cắm lại dây USB; vẫn không thấy thì xem máy đang thấy những gì", "plug the USB cable in again; still gone: see what the box sees"}, Next: "checkpointctl detect"},
	{Code: ScannerGarbles, Row: RowScanner, Severity: Warn, Causes: []Code{ScannerGone},
		Title: Text{"Máy quét làm hỏng chữ", "The scanner damages letters"},
		Act:   Text{"đặt máy quét sang HID-POS hoặc COM bằng mã trong sách hướng dẫn của nó", "set the scanner to HID-POS or COM mode with the code in its manual"}, Next: "checkpointctl detect"},
	{Code: CameraGone, Row: RowCamera, Severity: Fail, After: replugged,
		Title: Text{"Camera mất kết nối", "Camera not connected"},
		Act:   Text{"cắm lại dây; vẫn không thấy thì xem máy đang thấy những gì", "plug the cable in again; still gone: see what the box sees"}, Next: "checkpointctl detect"},
	{Code: CameraBlind, Row: RowCamera, Severity: Warn, After: blinked, Causes: []Code{CameraGone},
		Title: Text{"Camera quá tối / bị chói / bị che", "Camera too dark, in glare or covered"},
		Act:   Text{"bật đèn làn, xoay tấm che, lau ống kính", "switch the lane's light on, turn the shade, wipe the lens"}},
	{Code: GateLost, Row: RowGate, Severity: Fail,
		Title: Text{"Không điều khiển được đèn hoặc rơ-le", "Lamps or relay cannot be driven"},
		Act:   Text{"xem tên chân và chip GPIO; rồi thử từng đèn: checkpointctl lamps walk", "see the names of lines and chips; then try each lamp: checkpointctl lamps walk"}, Next: "checkpointctl detect"},
	{Code: GateDisagrees, Row: RowGate, Severity: Fail, Causes: []Code{GateLost},
		Title: Text{"Khoá và cảm biến không khớp", "Lock and contacts disagree"},
		Act:   Text{"xem khoá, nguồn của khoá và dây cảm biến, rồi thử lại", "look at the lock, its supply and the contact's wire, then try again"}, Next: "checkpointctl lamps walk"},
	{Code: BoxOpened, Row: RowGate, Severity: Warn,
		Title: Text{"Vỏ máy bị mở", "The box was opened"},
		Act:   Text{"đóng nắp; việc mở đã được ghi", "shut the cover; the opening is on record"}},
	{Code: LowVoltage, Row: RowPower, Severity: Fail, After: blinked, Reason: checkpoint.LowVoltage,
		Title: Text{"Nguồn điện yếu", "Low voltage"},
		Act:   Text{"đổi dây hoặc củ nguồn (5 V, 3 A)", "change cable or supply (5 V, 3 A)"}},
	{Code: LowVoltageBefore, Row: RowPower, Severity: Warn, Causes: []Code{LowVoltage},
		Title: Text{"Nguồn điện đã có lúc yếu", "Voltage has been low since the start"},
		Act:   Text{"đổi dây hoặc củ nguồn (5 V, 3 A)", "change cable or supply (5 V, 3 A)"}},
	{Code: TooHot, Row: RowTemperature, Severity: Warn, After: restarted,
		Title: Text{"Máy quá nóng", "The box is too hot"},
		Act:   Text{"che nắng, mở lỗ thông gió, lau bụi", "shade it, free its vents, remove dust"}},
	{Code: DiskNearlyFull, Row: RowDisk, Severity: Warn, Causes: []Code{DiskFull}, After: restarted, Reason: checkpoint.StorageNearlyFull,
		Title: Text{"Thẻ nhớ sắp đầy", "The disk is nearly full"},
		Act:   Text{"nối mạng để gửi bản ghi; xoá tệp lạ trên thẻ", "connect the box so that records go; remove foreign files"}, Next: "df -h /var/lib/checkpoint"},
	{Code: DiskWorn, Row: RowDisk, Severity: Warn,
		Title: Text{"Thẻ nhớ sắp hết tuổi thọ", "The disk is nearly worn out"},
		Act:   Text{"thay thẻ trong tuần này", "change the card this week"}},
	{Code: JournalDamaged, Row: RowQueue, Severity: Warn, Causes: []Code{JournalMissing},
		Title: Text{"Có tệp bản ghi hỏng được để riêng", "Damaged record files were set aside"},
		Act:   Text{"giữ các tệp *.damaged cho tỉnh; thay thẻ nếu lặp lại", "keep the *.damaged files for the province; change the card if it comes back"}},
	{Code: CableOut, Row: RowNetwork, Severity: Warn, After: blinked,
		Title: Text{"Dây mạng rời hoặc không có sóng", "The cable is out, or there is no signal"},
		Act:   Text{"cắm lại dây mạng, xem bộ phát; kiểm tra người vẫn chạy bình thường", "plug the cable in again, look at the router; people are checked as usual"}, Next: "ip -brief link"},
	{Code: PageNotOpen, Row: RowPage, Severity: Warn, After: blinked, Causes: []Code{CableOut},
		Title: Text{"Trang chưa mở ra mạng của làn", "The page is not open to the lane's network"},
		Act:   Text{"xem địa chỉ page.network của máy và cổng bị chiếm; màn hình của máy vẫn chạy; máy tự thử lại mỗi 5 giây", "see whether the box has page.network's address and who has its port; the box's own screen works; it is tried again every 5 seconds"}, Next: "ip -brief address; ss -ltnp"},
	{Code: ScreenNotSet, Row: RowScreen, Severity: Warn,
		Title: Text{"Màn hình không sáng như đã đặt", "The screen is not as bright as was set"},
		Act:   Text{"cho dịch vụ quyền ghi độ sáng: docs/operate.md, Cài đặt", "let the service write the brightness: docs/operate.md, Settings"}, Next: "systemctl edit checkpointd"},
	{Code: CertificateOver, Row: RowCertificate, Severity: Fail, Causes: []Code{ClockNotTrusted},
		Title: Text{"Chứng thư của máy hết hạn", "The box's certificate has expired"},
		Act:   Text{"văn phòng cấp lại (provincectl box recert), rồi chạy", "the office issues a new one (provincectl box recert), then run"}, Next: "checkpointctl enrol"},
	{Code: CertificateEnds, Row: RowCertificate, Severity: Warn, Causes: []Code{CertificateOver}, After: lasting,
		Title: Text{"Chứng thư của máy sắp hết hạn", "The box's certificate ends soon"},
		Act:   Text{"nối mạng để máy tự gia hạn, hoặc văn phòng cấp lại (provincectl box recert), rồi chạy", "connect the box so that it renews it, or have the office issue one (provincectl box recert), then run"}, Next: "checkpointctl enrol"},
	{Code: LinkNotSetUp, Row: RowBroker, Severity: Warn, Causes: []Code{KeysUnusable, JournalMissing, CertificateOver, DiskFull, DiskReadOnly},
		Title: Text{"Đường gửi lên không dựng được", "The way up cannot be set up"},
		Act:   Text{"làm như dòng trên nói", "do what the line says"}, Next: "checkpointd --check"},
	{Code: BrokerUnreachable, Row: RowBroker, Severity: Warn, After: restarted, Causes: []Code{CableOut, LinkNotSetUp, CertificateOver},
		Title: Text{"Không tới được máy chủ của tỉnh", "The province's broker cannot be reached"},
		Act:   Text{"trên máy không phải làm gì: bản ghi chờ; lâu thì báo tỉnh", "nothing on the box: records wait; tell the province if it lasts"}, Next: "checkpointctl doctor --only network,broker"},
	{Code: BrokerRefuses, Row: RowBroker, Severity: Warn, Causes: []Code{CableOut, LinkNotSetUp, CertificateOver, BrokerUnreachable, ClockNotTrusted},
		Title: Text{"Máy chủ của tỉnh từ chối máy này", "The province's broker refuses this box"},
		Act:   Text{"báo tỉnh mã máy; chứng thư có thể đã bị thu hồi: văn phòng cấp lại, rồi chạy", "tell the province the box's name; its certificate may be revoked: the office issues one, then run"}, Next: "checkpointctl enrol"},
	{Code: CollectorAbsent, Row: RowBroker, Severity: Warn, After: lasting, Causes: []Code{CableOut, LinkNotSetUp, CertificateOver, BrokerUnreachable, BrokerRefuses},
		Title: Text{"Tỉnh chưa nhận bản ghi", "Nobody in the province takes records"},
		Act:   Text{"trên máy không phải làm gì: bản ghi chờ; lâu thì báo tỉnh", "nothing on the box: records wait; tell the province if it lasts"}},
	{Code: QueueOld, Row: RowQueue, Severity: Warn, After: restarted, Causes: []Code{CableOut, LinkNotSetUp, CertificateOver, BrokerUnreachable, BrokerRefuses, CollectorAbsent},
		Title: Text{"Bản ghi chờ quá lâu", "Records have waited too long"},
		Act:   Text{"báo tỉnh: máy có mạng mà bản ghi không được nhận", "tell the province: the box is connected and its records are not taken"}, Next: "checkpointctl logs"},
	{Code: UpdatesFail, Row: RowUpdates, Severity: Warn, After: lasting, Causes: []Code{CableOut, KeysUnusable, DiskFull, DiskReadOnly},
		Title: Text{"Không lấy được dữ liệu mới", "New data cannot be fetched"},
		Act:   Text{"làm như dòng trên nói; USB của tỉnh cũng được", "do what the line says; the province's stick does as well"}, Next: "checkpointctl snapshot load /media/usb/snap"},
	{Code: UpdatesStale, Row: RowUpdates, Severity: Warn, Causes: []Code{CableOut, ClockNotTrusted},
		Title: Text{"Lâu không nghe tin của tỉnh", "The province has not been heard for long"},
		Act:   Text{"xem đường mạng; USB của tỉnh cũng được", "look at the link; the province's stick does as well"}, Next: "checkpointctl snapshot load /media/usb/snap"},
	{Code: MarksForged, Row: RowBroker, Severity: Warn,
		Title: Text{"Có giấy báo nhận giả gửi tới máy này", "Somebody forges the province's receipts"},
		Act:   Text{"báo văn phòng; bản ghi vẫn giữ trên máy", "tell the office; the records stay on the box"}},
	{Code: CommandsRefused, Row: RowCommands, Severity: Warn,
		Title: Text{"Có lệnh lạ gửi tới máy này", "Something came down that the office did not sign for this box"},
		Act:   Text{"báo văn phòng", "tell the office"}},
}
