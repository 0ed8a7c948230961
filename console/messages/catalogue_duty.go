package messages

// The lines of what is done beside deciding: shifts, today's log, training,
// settings, the camera's picture.
const (
	More          LineID = "more"
	Close         LineID = "close"
	Print         LineID = "print"
	KeyNext       LineID = "key-next"      // what key 1 does in a list
	KeyPress      LineID = "key-press"     // key 2
	ForReal       LineID = "for-real"      // under "priority vehicle" while a lane trains
	ShiftSheet    LineID = "shift-sheet"   // title of what is printed
	ShiftFrom     LineID = "shift-from"    // who hands over
	ShiftTo       LineID = "shift-to"      // who takes over
	NameOrNumber  LineID = "name-number"   // what is typed for either
	Decisions     LineID = "decisions"     // head of a table
	ToKnow        LineID = "to-know"       // above what the next shift has to know
	NothingToKnow LineID = "nothing-know"  // there is nothing
	FaultNow      LineID = "fault-now"     // a fault that is there at the hand-over
	FormsWait     LineID = "forms-wait"    // paper forms whose rest is to be copied
	StillOpen     LineID = "still-open"    // a decision that is open at the hand-over
	Signature     LineID = "signature"     // on paper
	WhoMissing    LineID = "who-missing"   // nothing was typed
	LookUp        LineID = "look-up"       // today's log
	LookFor       LineID = "look-for"      // what may be typed
	LookNote      LineID = "look-note"     // that a look is recorded
	LookNone      LineID = "look-none"     // nothing of today matches
	LookMore      LineID = "look-more"     // not all are shown
	LookSince     LineID = "look-since"    // how far back it goes
	Training      LineID = "training"      // the mode
	TrainWhy      LineID = "train-why"     // what it does
	TrainStart    LineID = "train-start"   // button
	TrainEnd      LineID = "train-end"     // button
	TrainNext     LineID = "train-next"    // button: the next sample person
	TrainBusy     LineID = "train-busy"    // somebody stands there
	TrainUntil    LineID = "train-until"   // label before a time
	Settings      LineID = "settings"      // of the box
	TechPIN       LineID = "tech-pin"      // asks for it
	NoTechnician  LineID = "no-technician" // nobody has such a PIN
	TestWhat      LineID = "test-what"     // what a self-test does
	TestAgain     LineID = "test-again"    // button
	StateOK       LineID = "state-ok"      // of a row of the self-test
	StateWarn     LineID = "state-warn"    // likewise
	StateFail     LineID = "state-fail"    // likewise
	StateUnknown  LineID = "state-unknown" // likewise
	SettingsNote  LineID = "settings-note" // where they are changed
	SoundLabel    LineID = "sound-label"   // of a setting
	SoundOn       LineID = "sound-on"      // likewise
	SoundOff      LineID = "sound-off"     // likewise
	SoundIsOff    LineID = "sound-is-off"  // at the foot of the page
	BeginsIn      LineID = "begins-in"     // of a setting: in which language the page begins
	Brightness    LineID = "brightness"    // of a setting: the screen's
	NotKept       LineID = "not-kept"      // a setting that the disk did not take
	Picture       LineID = "picture"       // of the camera
	HoldStill     LineID = "hold-still"    // the distance is right
	NoPicture     LineID = "no-picture"    // the camera gives none
)

var dutyLines = map[LineID]pair{
	More:          {"Thêm", "More"},
	Close:         {"Đóng", "Close"},
	Print:         {"In", "Print"},
	KeyNext:       {"tiếp", "next"},
	KeyPress:      {"chọn", "choose"},
	ForReal:       {"mở thật", "opens"},
	ShiftSheet:    {"Phiếu giao ca", "Shift sheet"},
	ShiftFrom:     {"Người giao", "Hands over"},
	ShiftTo:       {"Người nhận", "Takes over"},
	NameOrNumber:  {"tên hoặc số hiệu", "name or number"},
	Decisions:     {"Quyết định", "Decisions"},
	ToKnow:        {"Người nhận ca cần biết", "What the next shift has to know"},
	NothingToKnow: {"Không có gì đặc biệt.", "Nothing out of the ordinary."},
	FaultNow:      {"Đang lỗi", "Out of order"},
	FormsWait:     {"Tờ khai giấy chờ nhập nốt", "Paper forms to complete"},
	StillOpen:     {"Đang chờ quyết định", "Decision still open"},
	Signature:     {"Ký tên", "Signature"},
	WhoMissing:    {"Gõ tên hoặc số hiệu người giao, người nhận (tối đa 40 chữ).", "Type who hands over and who takes over: a name or a number, at most 40 letters."},
	LookUp:        {"Tra nhật ký", "Today's log"},
	LookFor:       {"Số giấy tờ, hoặc mã khiếu nại", "Document number, or complaint reference"},
	LookNote:      {"Mỗi lần xem đều được ghi lại. Máy chỉ nhớ hôm nay, không nhớ tên.", "Each look is recorded. The box remembers today alone, and no names."},
	LookNone:      {"Hôm nay không có lượt nào như vậy.", "There is none like it today."},
	LookMore:      {"lượt; chỉ hiện 200 lượt mới nhất", "in all; the newest 200 are shown"},
	LookSince:     {"Máy nhớ từ lúc bật hoặc từ 0 giờ.", "Remembered since midnight, or since the box was switched on."},
	Training:      {"Chế độ tập", "Training mode"},
	TrainWhy:      {"Đèn tắt, cổng nghỉ. Quét gì cũng hiện người mẫu; không ai bị tra, không tính, không ghi. Tự hết sau 30 phút và khi có báo cháy.", "Lamps are dark and the gate rests. Whatever is scanned shows a sample person; nobody is looked up, counted or recorded. It ends after 30 minutes and at a fire alarm."},
	TrainStart:    {"Bắt đầu tập", "Begin training"},
	TrainEnd:      {"Kết thúc tập", "End training"},
	TrainNext:     {"Người mẫu tiếp theo", "Next sample person"},
	TrainBusy:     {"Trước cổng còn người – đợi đến khi sẵn sàng.", "Somebody is before the lane – wait until it is ready."},
	TrainUntil:    {"tự hết lúc", "ends by itself at"},
	Settings:      {"Cài đặt", "Settings"},
	TechPIN:       {"PIN của kỹ thuật viên", "Technician's PIN"},
	NoTechnician:  {"Máy chưa cấp PIN kỹ thuật: checkpointctl pin issue technician", "No technician's PIN was issued: checkpointctl pin issue technician"},
	TestWhat:      {"Xem từng phần của máy, chừng mười giây. Không mở cổng, không đổi đèn.", "Looks at each part of the box, for some ten seconds. Opens nothing, changes no lamp."},
	TestAgain:     {"Thử lại", "Look again"},
	StateOK:       {"TỐT", "OK"},
	StateWarn:     {"XEM", "LOOK"},
	StateFail:     {"LỖI", "FAULT"},
	StateUnknown:  {"KHÔNG RÕ", "UNKNOWN"},
	SettingsNote:  {"Đổi ngay tại đây: còi, ngôn ngữ, độ sáng. Mọi mục khác chỉ xem; sửa trong", "Changed here: sound, language, brightness. All else is to look at, and changed in"},
	SoundLabel:    {"Còi", "Sound"},
	SoundOn:       {"Bật", "On"},
	SoundOff:      {"Chỉ lỗi, khẩn cấp", "Faults, emergency"},
	SoundIsOff:    {"Còi tắt", "Sound off"},
	BeginsIn:      {"Trang mở bằng", "Page begins in"},
	Brightness:    {"Độ sáng màn hình", "Screen brightness"},
	NotKept:       {"Đã đổi, nhưng không lưu được: mất khi khởi động lại. Xem bộ nhớ.", "Changed, but not kept: over at the next start. See to the disk."},
	Picture:       {"Hình camera", "Camera picture"},
	HoldStill:     {"Giữ yên trong khung", "Hold it still in the frame"},
	NoPicture:     {"Camera không cho hình.", "The camera gives no picture."},
}
