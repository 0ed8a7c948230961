package faults

// Row names a part of the box: a line of doctor and of the self-test.
type Row string

// The rows, in the order in which they are shown.
const (
	RowDaemon      Row = "daemon"
	RowConfig      Row = "config"
	RowKeys        Row = "keys"
	RowScanner     Row = "scanner"
	RowCamera      Row = "camera"
	RowGate        Row = "gate" // lamps, buzzer, relay and contacts
	RowClock       Row = "clock"
	RowSnapshot    Row = "snapshot"
	RowUpdates     Row = "updates"
	RowQueue       Row = "queue"
	RowDisk        Row = "disk"
	RowPower       Row = "power"
	RowTemperature Row = "temperature"
	RowNetwork     Row = "network"
	RowPage        Row = "page"   // the guard's page on the lane's network
	RowScreen      Row = "screen" // the panel on the board
	RowCertificate Row = "certificate"
	RowBroker      Row = "broker"
	RowCommands    Row = "commands"
)

// Rows are all of them in order.
func Rows() []Row {
	return []Row{RowDaemon, RowConfig, RowKeys, RowScanner, RowCamera, RowGate, RowClock, RowSnapshot, RowUpdates, RowQueue, RowDisk,
		RowPower, RowTemperature, RowNetwork, RowPage, RowScreen, RowCertificate, RowBroker, RowCommands}
}

var rowTitles = map[Row]Text{
	RowDaemon:      {"Dịch vụ", "Service"},
	RowConfig:      {"Cấu hình", "Configuration"},
	RowKeys:        {"Khoá của tỉnh", "Province's keys"},
	RowScanner:     {"Máy quét", "Scanner"},
	RowCamera:      {"Camera", "Camera"},
	RowGate:        {"Đèn, còi, rơ-le", "Lamps, buzzer, relay"},
	RowClock:       {"Đồng hồ", "Clock"},
	RowSnapshot:    {"Dữ liệu", "Data"},
	RowUpdates:     {"Cập nhật", "Updates"},
	RowQueue:       {"Bản ghi chờ gửi", "Records to send"},
	RowDisk:        {"Thẻ nhớ", "Disk"},
	RowPower:       {"Nguồn điện", "Power"},
	RowTemperature: {"Nhiệt độ", "Temperature"},
	RowNetwork:     {"Mạng", "Network"},
	RowPage:        {"Trang cho máy bảng", "Page for tablets"},
	RowScreen:      {"Màn hình", "Screen"},
	RowCertificate: {"Chứng thư", "Certificate"},
	RowBroker:      {"Máy chủ của tỉnh", "Province's broker"},
	RowCommands:    {"Lệnh của tỉnh", "Province's commands"},
}

// Title is the row's name.
func (r Row) Title() Text { return rowTitles[r] }
