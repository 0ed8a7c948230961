package messages

import "checkpoint"

// How to read this file. Each text stands in Vietnamese, then in English. A
// reason says what it is – and what to do, parted by " – ". {name} is a value
// filled in at the box; it stands in [brackets] with what belongs to it, and
// [a|b|c] is the first of a, b, c whose values are all known, else nothing.
// Buttons named within a text are in capitals.
//
// Texts are approved by the province: change none without its officer.

var words = map[checkpoint.Verdict]pair{
	checkpoint.Admit:   {"MỜI QUA", "GO"},
	checkpoint.Refer:   {"KIỂM TRA", "CHECK"},
	checkpoint.Refuse:  {"DỪNG LẠI", "STOP"},
	checkpoint.Repeat:  {"VỪA QUÉT", "SEEN"},
	checkpoint.NotRead: {"CHƯA ĐỌC", "NOT READ"},
	checkpoint.Fault:   {"MÁY LỖI", "FAULT"},
}

var states = map[checkpoint.State]pair{
	checkpoint.StateIdle:      {"SẴN SÀNG", "READY"},
	checkpoint.StateReading:   {"ĐANG ĐỌC…", "READING…"},
	checkpoint.StateDecided:   {"ĐÃ CÓ KẾT QUẢ", "DECIDED"},
	checkpoint.StateWaiting:   {"CHỜ QUYẾT ĐỊNH", "DECISION OPEN"},
	checkpoint.StateEmergency: {"MỞ KHẨN CẤP", "EMERGENCY"},
	checkpoint.StateWalk:      {"THỬ ĐÈN", "LAMP WALK"},
	checkpoint.StateTraining:  {"ĐANG TẬP", "TRAINING"},
}

var directions = map[checkpoint.Direction]pair{
	checkpoint.In:  {"VÀO", "IN"},
	checkpoint.Out: {"RA", "OUT"},
}

var outcomes = map[checkpoint.Outcome]pair{
	checkpoint.Passed:    {"Đã cho qua", "Passed"},
	checkpoint.Denied:    {"Đã từ chối", "Turned back"},
	checkpoint.Undecided: {"Chưa quyết định", "Undecided"},
	checkpoint.Undone:    {"Đã hoàn tác", "Taken back"},
}

var buttons = map[ButtonID]pair{
	RightPerson:      {"Đúng người", "Right person"},
	SomethingDiffers: {"Có điểm sai", "Something differs"},
	LetPass:          {"Cho qua", "Let pass"},
	TurnBack:         {"Từ chối", "Turn back"},
	SamePerson:       {"Cùng người", "Same person"},
	SomeoneElse:      {"Người khác", "Someone else"},
	ScanAgain:        {"Quét lại", "Scan again"},
	OtherPaper:       {"Quét giấy khác", "Other paper"},
	ForCorrection:    {"Ghi vào danh sách cần cập nhật", "List for correction"},
	TypeNumber:       {"Nhập số", "Type number"},
	PaperForm:        {"Tờ khai giấy", "Paper form"},
	PriorityVehicle:  {"Xe ưu tiên", "Priority vehicle"},
	Override:         {"Đặc cách", "Override"},
	CallDuty:         {"Gọi trực ban", "Call duty officer"},
	Undo:             {"Hoàn tác", "Undo"},
	PlateNumber:      {"Biển số xe", "Plate number"},
	VehiclePass:      {"Cho xe đi", "Wave vehicle on"},
	VehicleBack:      {"Xe quay đầu", "Send vehicle back"},
	HandOver:         {"Bàn giao ca", "Hand over"},
	SelfTest:         {"Thử máy", "Self-test"},
}

var lines = map[LineID]pair{
	CompareFace:  {"So mặt với ảnh trên thẻ", "Compare the face with the photo on the card"},
	LeadOut:      {"Đưa mọi người ra; đừng giữ ai lại.", "Lead everybody out; hold nobody back."},
	NoVerdict:    {"Đang thử từng đèn: đèn lúc này không cho ai qua.", "The lamps are being tried: what they show lets nobody pass."},
	ComplaintRef: {"Khiếu nại", "Complaint ref"},
	Hotline:      {"Đường dây nóng", "Hotline"},
	ShowCode:     {"Đưa mã QR trên thẻ vào máy quét", "Hold the card's QR code to the reader"},
	JustNow:      {"Người vừa rồi", "The last person"},
	HoldOne:      {"giữ 1 giây", "hold 1 s"},
	HoldTwo:      {"giữ 2 giây + PIN", "hold 2 s + PIN"},
	LostBox:      {"Mất liên lạc với máy – đừng tin màn hình này. Xem đèn ở cổng.", "No contact with the box – do not trust this screen. Look at the gate's lamps."},
	NoPIN:        {"Máy chưa có PIN trưởng ca – gọi kỹ thuật.", "No shift lead's PIN is set on this box – tell the technician."},
	SecondPaper:  {"Đưa giấy thứ hai của người này vào máy quét.", "Show this person's second paper to the reader."},
	TooLate:      {"Bấm muộn: trước cổng đã là người khác.", "Too late: somebody else stands there by now."},
	LeadPIN:      {"PIN của trưởng ca", "Shift lead's PIN"},
	Cancel:       {"Huỷ", "Cancel"},
	Done:         {"Xong", "Done"},
	Space:        {"Dấu cách", "Space"},
	Erase:        {"Xoá", "Erase"},
	Online:       {"Có mạng", "Online"},
	ToSend:       {"Chờ gửi", "To send"},
	DataAge:      {"Dữ liệu", "Data"},
	NoLink:       {"Không nối mạng", "No network set up"},
	DataNumber:   {"bản", "no."},
	OtherLang:    {"English", "Tiếng Việt"},
	LaneName:     {"Làn", "Lane"},
	PaperOver:    {"đã hết hạn", "over"},
	WhyPass:      {"Vì sao cho qua?", "Why let pass?"},
	Today:        {"Hôm nay", "Today"},
	FaultCode:    {"Mã", "Code"},
	BoxName:      {"Máy", "Box"},
	ReaderReads:  {"đang đọc", "reading"},
	ReaderLost:   {"mất kết nối", "not connected"},
	NumberLabel:  {"Số giấy tờ", "Document number"},
	ProvinceOf:   {"Tỉnh", "Province"},
	BirthYear:    {"Năm sinh", "Birth year"},
	DigitsLeft:   {"còn … số", "… digits left"},
	NoDay:        {"không rõ ngày: 00", "day unknown: 00"},
	Find:         {"Tìm", "Find"},
	Next:         {"Tiếp", "Next"},
	Passport:     {"Hộ chiếu", "Passport"},
	NumberWrong:  {"Số hoặc ngày sinh chưa đúng. So lại với giấy.", "Number or birth date is not right. Compare with the paper."},
	TypedTooMuch: {"Đã nhập 12 số trong một phút – chờ một phút.", "12 numbers were typed within a minute – wait a minute."},
	PlateLabel:   {"Biển số", "Plate"},
	PlateWrong:   {"Biển số chưa đúng. So lại với xe.", "The plate is not right. Compare with the vehicle."},
	VehicleNone:  {"Chưa ai trên xe được cho qua.", "Nobody in the vehicle was let pass."},
	VehicleBusy:  {"Đóng lượt xe trước đã.", "Close the vehicle before first."},
	VehicleGone:  {"Xe đó không còn ở đây.", "That vehicle is not here any more."},
	FormRest:     {"Chờ nhập nốt", "To complete"},
	FormNone:     {"Không còn tờ khai nào chờ nhập nốt.", "No form waits to be completed."},
	TakePhoto:    {"Chụp tờ khai", "Photo of form"},
	PhotoTaken:   {"Đã chụp ✓ Chụp lại", "Taken ✓ Again"},
	PhotoFull:    {"Hết chỗ lưu ảnh. Nhập tiếp không cần ảnh.", "No room for photos. Go on without one."},
	PhotoGone:    {"Không còn ảnh đó. Chụp lại, hoặc nhập tiếp không cần ảnh.", "That photo is gone. Take another, or go on without."},
	FormMissing:  {"Cần số giấy tờ hoặc họ tên; mỗi ô không quá 80 chữ.", "A number or a name is needed; at most 80 letters a field."},
	ReaderPoor:   {"nhìn không rõ", "sees badly"},
}

// Said to whoever holds a card before a camera.
var distances = map[checkpoint.Distance]pair{
	checkpoint.TooFar:  {"Đưa mã lại gần camera", "Bring the code nearer"},
	checkpoint.TooNear: {"Đưa mã ra xa camera", "Take the code further away"},
}

var sexes = map[checkpoint.Sex]pair{
	checkpoint.Male:   {"Nam", "Male"},
	checkpoint.Female: {"Nữ", "Female"},
}

var fields = map[string]pair{
	"id_number":  {"Số", "No."},
	"full_name":  {"Họ và tên", "Full name"},
	"dob":        {"Ngày sinh", "Birth date"},
	"sex":        {"Giới tính", "Sex"},
	"issue_date": {"Ngày cấp", "Issued"},
	"until":      {"Tờ khai", "Form"},
}

var kinds = map[checkpoint.Format]pair{
	checkpoint.FormatCCCD2021:     {"thẻ CCCD gắn chip", "a chip ID card"},
	checkpoint.FormatCanCuoc2024:  {"thẻ Căn cước", "a Căn cước card"},
	checkpoint.FormatBHYT2014:     {"thẻ BHYT mẫu cũ", "an old health card"},
	checkpoint.FormatBHYT2021:     {"thẻ BHYT", "a health card"},
	checkpoint.FormatBHYTPlain:    {"thẻ BHYT", "a health card"},
	checkpoint.FormatBHYTShort:    {"thẻ BHYT", "a health card"},
	checkpoint.FormatVssID:        {"mã VssID", "a VssID code"},
	checkpoint.FormatPersonalQR:   {"mã QR cá nhân", "a personal QR"},
	checkpoint.FormatPlaceCode:    {"mã địa điểm", "a place code"},
	checkpoint.FormatURL:          {"địa chỉ trang web", "a web address"},
	checkpoint.FormatPayment:      {"mã thanh toán", "a payment QR"},
	checkpoint.FormatBoxClaim:     {"giấy mời của máy kiểm soát", "the claim of a new box"},
	checkpoint.FormatNumberOnly:   {"số giấy tờ", "a document number"},
	checkpoint.FormatTyped:        {"số gõ tay", "a typed number"},
	checkpoint.FormatVehicle:      {"biển số xe", "a number plate"},
	checkpoint.FormatPaperForm:    {"tờ khai giấy", "a paper form"},
	checkpoint.FormatDeclaration:  {"tờ khai di chuyển", "a mobility declaration"},
	checkpoint.FormatDeclaredCode: {"mã tờ khai di chuyển", "a code of a mobility declaration"},
	checkpoint.FormatDCC:          {"hộ chiếu vắc-xin", "a vaccine passport"},
	checkpoint.FormatSHC:          {"thẻ sức khoẻ SMART", "a SMART health card"},
	checkpoint.FormatVDSNC:        {"giấy chứng nhận đi lại ICAO", "an ICAO travel certificate"},
	checkpoint.FormatUnknown:      {"mã không rõ loại", "an unknown code"},
}

// Findings stand on the technician's terminal. Those about a person's health
// speak of the rule only, and two of them alike, so that none can be told.
var findings = map[checkpoint.Finding]pair{
	checkpoint.FoundNotInData:          {"Số giấy tờ không có trong dữ liệu", "Document number is not in the data"},
	checkpoint.FoundNameDiffers:        {"Họ tên khác dữ liệu", "Name differs from the data"},
	checkpoint.FoundSexDiffers:         {"Giới tính khác dữ liệu", "Sex differs from the data"},
	checkpoint.FoundBirthDiffers:       {"Ngày sinh khác dữ liệu", "Birth date differs from the data"},
	checkpoint.FoundIssueDiffers:       {"Ngày cấp khác dữ liệu", "Issue date differs from the data"},
	checkpoint.FoundBirthMissing:       {"Mã không có ngày sinh", "The code carries no birth date"},
	checkpoint.FoundNumberBirthYear:    {"Số CCCD không khớp năm sinh", "ID number contradicts the birth year"},
	checkpoint.FoundNumberSex:          {"Số CCCD không khớp giới tính", "ID number contradicts the sex"},
	checkpoint.FoundNumberUnknown:      {"Đầu số CCCD không có trong danh mục", "ID number starts with no listed area"},
	checkpoint.FoundCardReissued:       {"Thẻ có thể đã cấp lại", "Card may have been replaced"},
	checkpoint.FoundCardLost:           {"Thẻ báo mất", "Card reported lost"},
	checkpoint.FoundCardWithdrawn:      {"Thẻ bị thu hồi", "Card withdrawn"},
	checkpoint.FoundTextDamaged:        {"Chữ trong mã bị hỏng", "Letters in the code are damaged"},
	checkpoint.FoundCaseActive:         {"Thuộc diện hạn chế đi lại", "Movement restricted"},
	checkpoint.FoundCaseEnded:          {"Diện hạn chế đi lại đã hết hạn", "Movement restriction has expired"},
	checkpoint.FoundRecovered:          {"Thuộc diện được xét riêng", "A separate provision applies"},
	checkpoint.FoundDosesMissing:       {"Chưa đủ điều kiện theo quy định", "Does not yet meet the rule"},
	checkpoint.FoundExempt:             {"Thuộc diện được xét riêng", "A separate provision applies"},
	checkpoint.FoundChild:              {"Trẻ em", "Child"},
	checkpoint.FoundDataStale:          {"Dữ liệu trên máy đã cũ", "Data on the box is old"},
	checkpoint.FoundClockUntrusted:     {"Giờ máy chưa đúng", "Clock not trusted"},
	checkpoint.FoundNotPersonal:        {"Không phải mã cá nhân", "Not a personal code"},
	checkpoint.FoundUnreadable:         {"Không đọc được mã", "Code cannot be read"},
	checkpoint.FoundRegisterDamaged:    {"Dữ liệu trên máy bị hỏng", "Data on the box is damaged"},
	checkpoint.FoundNoData:             {"Chưa có dữ liệu", "No data yet"},
	checkpoint.FoundNoNumber:           {"Mã không có số giấy tờ", "The code carries no document number"},
	checkpoint.FoundSignerUnknown:      {"Nơi ký không có trong danh sách", "The signer is not on the list"},
	checkpoint.FoundSignatureWrong:     {"Chữ ký của nơi có tên trong danh sách bị sai", "The signature of a listed signer is wrong"},
	checkpoint.FoundDeclarationMissing: {"Tờ khai chưa có trong dữ liệu", "The declaration is not in the data"},
	checkpoint.FoundDeclarationOver:    {"Tờ khai đã hết hạn", "The declaration is over"},
	checkpoint.FoundTrustListOld:       {"Danh sách nơi ký đã cũ hoặc chưa có", "The list of signers is old, or there is none"},
	checkpoint.FoundPapersDiffer:       {"Hai giấy tờ của hai người", "Two papers of different people"},
	checkpoint.FoundCodeExpired:        {"Mã hết hạn hoặc chưa có hiệu lực", "The code has expired, or does not count yet"},
	checkpoint.FoundCodeInvalid:        {"Nội dung mã không đúng quy cách", "The code's content breaks its specification"},

	checkpoint.FoundNoPassage:      {"Mở cổng mà không ai qua", "Nobody came through after an opening"},
	checkpoint.FoundDoorStayedShut: {"Đã đóng điện rơ-le mà cửa không mở", "The relay was energised and the door stayed shut"},
	checkpoint.FoundDoorOpen:       {"Rơ-le nghỉ mà cửa vẫn mở", "The door stands open and the relay is at rest"},
	checkpoint.FoundBoxOpened:      {"Vỏ máy mở ra hoặc đóng lại", "The box's cover was opened or closed"},
	checkpoint.FoundExitButton:     {"Nút ra", "Exit button"},
	checkpoint.FoundPriority:       {"Xe ưu tiên", "Priority vehicle"},
	checkpoint.FoundVehiclePassed:  {"Xe đã qua", "Vehicle let pass"},
	checkpoint.FoundVehicleBack:    {"Xe quay đầu", "Vehicle turned back"},
	checkpoint.FoundVehicleLeft:    {"Không ai đóng lượt xe", "Nobody closed the vehicle"},
	checkpoint.FoundLampWalk:       {"Thử đèn", "Lamp walk"},
	checkpoint.FoundRelayTested:    {"Thử rơ-le", "Relay tried"},
	checkpoint.FoundLeadPIN:        {"Bằng PIN của trưởng ca", "By a shift lead's PIN"},
	checkpoint.FoundWrongPIN:       {"Sai PIN", "Wrong PIN"},
	checkpoint.FoundShift:          {"Nhận ca hoặc giao ca", "A shift was taken over or handed over"},
	checkpoint.FoundLogLooked:      {"Xem nhật ký hôm nay", "Looked at today's log"},
	checkpoint.FoundTraining:       {"Tập bắt đầu hoặc kết thúc", "Training began or ended"},
	checkpoint.FoundSettings:       {"Đổi cài đặt", "Settings changed"},
	checkpoint.FoundGuardDiffers:   {"Cán bộ thấy có điểm sai", "The guard saw a difference"},
	checkpoint.FoundForCorrection:  {"Cán bộ đề nghị cập nhật dữ liệu", "The guard asks to correct the data"},

	checkpoint.ShownOriginal:    {"Đã xem giấy gốc", "Original seen"},
	checkpoint.ShownTest:        {"Giấy xét nghiệm", "Test paper"},
	checkpoint.ShownVaccination: {"Giấy tiêm", "Vaccination paper"},
	checkpoint.ShownPermit:      {"Giấy đi đường", "Travel permit"},
	checkpoint.ShownOrder:       {"Công lệnh", "Official order"},
	checkpoint.ShownEmergency:   {"Cấp cứu", "Emergency"},
}

// stale is the banner's sentence: see [Stale].
var stale = pair{
	"Dữ liệu cũ[ {age}] – [Sau {limit} máy không tự cho qua. ]Báo tỉnh cập nhật.",
	"Data is[ {age}] old – [No automatic go after {limit}. ]Tell the province."}

// G is green, A asks the guard, R is red, N is about the code or the machine.
var reasons = map[checkpoint.Reason]pair{
	"G1": {
		"Đủ điều kiện[ · dữ liệu {time}]",
		"Meets the rule[ · data of {time}]"},
	"A01": {
		"Không có trong dữ liệu – Xem giấy tờ gốc. Nghi đọc sai thì gõ lại số.",
		"Not in the data – Check the original papers; if misread, type the number."},
	"A02": {
		"Chưa đủ mũi tiêm theo quy định – Hỏi giấy tiêm hoặc kết quả xét nghiệm.",
		"Not enough doses – Ask for a vaccination paper or a test result."},
	"A03": {
		"Thông tin QR khác dữ liệu – So từng dòng ▲ với thẻ.",
		"QR differs from the data – Compare each ▲ line with the card."},
	"A04": {
		"Tờ khai quá 72 giờ – Hướng dẫn khai lại, hoặc nhập tờ khai giấy.",
		"Declaration older than 72 h – Declare again, or enter the paper form."},
	"A05": {
		"Tờ khai và thẻ khác người – Quét đúng tờ khai của người cầm thẻ.",
		"Form and card belong to different people – Scan the form of the person holding the card."},
	"A06": {
		"Vừa quét[ {ago} trước][, {lane}] – Cùng một người thì bấm CÙNG NGƯỜI.",
		"Scanned[ {ago} ago| just now][, {lane}] – If it is the same person, press SAME PERSON."},
	"A07": {
		"Thẻ có thể đã cấp lại – Ngày cấp trên QR cũ hơn dữ liệu. Hỏi thẻ mới.",
		"Card may have been replaced – Ask for the new card."},
	"A08": {
		"Dữ liệu cũ[ {age}] – Máy không tự cho qua. Xem giấy tờ bằng mắt.",
		"Data is[ {age}] old – No automatic go. Check the papers by eye."},
	"A09": {
		"Mã QR che số giấy tờ – Xin thẻ CCCD hoặc gõ số.",
		"The code hides the number – Ask for the card or type the number."},
	"A10": {
		"Chỉ có thẻ BHYT – Xem thêm giấy tờ có ảnh.",
		"Health card only – Also see a photo ID."},
	"A11": {
		"Trẻ em đi cùng – Theo quy định của tỉnh.",
		"Child – Follow the provincial rule."},
	"A12": {
		"Số CCCD không khớp ngày sinh/giới tính – Xem thẻ gốc, không nhận ảnh chụp.",
		"ID number contradicts birth date or sex – See the real card, not a photo of it."},
	"A13": {
		"Chữ trong mã bị hỏng – Nối máy quét chế độ COM. So tên với thẻ.",
		"Letters damaged by the scanner – Compare the name with the card. Connect the scanner in COM mode."},
	"A14": {
		"Tờ khai chưa có trên máy[ (dữ liệu {time})] – Xem điện thoại, so với thẻ.",
		"Declaration not on this box yet[ (data of {time})] – Look at the phone, compare with the card."},
	"A15": {
		"Người tỉnh khác – Xem tờ khai hoặc giấy tiêm.",
		"From another province – See the declaration or vaccination paper."},
	"A16": {
		"Mã ký bởi nơi chưa biết hoặc danh sách cũ – Xem giấy gốc[ (danh sách đến {listed})].",
		"Signed by an unknown office, or the list is old – See the paper[ (list until {listed})]."},

	"A17": {
		"Cán bộ thấy có điểm sai – So mặt và từng dòng với thẻ.",
		"The guard sees a difference – Compare face and lines with the card."},
	"A18": {
		"Số gõ tay – So giấy tờ và mặt với người.",
		"Number typed by hand – Compare the paper and the face with the person."},
	"A19": {
		"Tờ khai giấy – Xem giấy tờ của người khai. Ghi mã khiếu nại lên tờ khai.",
		"Paper form – See the person's papers. Write the complaint ref on the form."},

	"R01": {
		"Thuộc diện hạn chế đi lại – Giữ khoảng cách, mời sang khu riêng, gọi [{phone}|trực ban].",
		"Movement restricted – Keep distance, call [{phone}|the duty officer]. Lead to the separate area."},
	"R02": {
		"Thẻ báo mất hoặc thu hồi – Gọi trực ban[ {phone}].",
		"Card reported lost or withdrawn – Call [{phone}|the duty officer]."},
	// Only when a listed key's signature fails; unknown or expired signers are A16.
	"R04": {
		"Chữ ký mã QR sai – Không dùng mã này.",
		"QR signature wrong – Do not accept this code."},
	"R05": {
		"Không đủ điều kiện theo [{rule}|quy định] – Giải thích và hướng dẫn quay đầu.",
		"Does not meet [{rule}|the rule] – Explain and show the way back."},

	"N01": {
		"Chưa đọc được mã – Lau mã, giữ thẳng, thử lại. Ba lần không được: gõ số.",
		"Code not read – Wipe, hold flat, try again; after three, type the number."},
	"N02": {
		"Không phải mã cá nhân[ (đây là {kind})] – Xin mã trên thẻ CCCD.",
		"Not a personal code[ (this is {kind})] – Ask for the code on the ID card."},
	"N03": {
		"Máy quét mất kết nối – Cắm lại dây USB. Tạm dùng camera hoặc gõ số.",
		"Scanner unplugged – Plug the USB cable in again. Until then use the camera or type the number."},
	"N04": {
		"Camera quá tối / bị chói / bị che – Bật đèn làn hoặc xoay tấm che.",
		"Camera too dark, glare or covered – Switch the lane light on or turn the shade."},
	"N05": {
		"Chưa có dữ liệu – Kiểm tra bằng mắt và ghi sổ. Báo kỹ thuật.",
		"No data yet – Check by eye and write it down. Tell the technician."},
	"N06": {
		"Giờ máy chưa đúng – Máy không tự cho qua. Báo kỹ thuật.",
		"Clock not trusted – No automatic go. Tell the technician."},
	"N07": {
		"Mất mạng[ từ {time}] – vẫn kiểm tra bình thường.[ {n} lượt chờ gửi.]",
		"Offline[ since {time}] – checks work normally.[ {n} records waiting.]"},
	"N09": {
		"Đang cập nhật dữ liệu[ {pct}] – vẫn quét được.",
		"Updating data[ {pct}] – keep scanning."},
	"N10": {
		"Dữ liệu mới bị từ chối: chữ ký sai – đang dùng bản [{n}|cũ].",
		"New data refused: bad signature – using [no. {n}|the old data]."},
	"N11": {
		"Cổng không mở – Mở tay, báo kỹ thuật.",
		"Gate did not open – Open by hand, tell the technician."},
	"N12": {
		"Bộ nhớ sắp đầy – Vẫn kiểm tra được. Báo kỹ thuật hôm nay.",
		"Storage nearly full – Checks still work. Tell the technician today."},
	"N13": {
		"Nguồn điện yếu – Đổi dây hoặc củ nguồn.",
		"Low voltage – Change cable or supply."},
	"N14": {
		"Hãy quyết định cho người trước.",
		"Decide for the previous person first."},
	"N15": {
		"Sai PIN – [còn {n} lần, rồi ]chờ[ {time}].",
		"Wrong PIN – [{n} tries left, then ]wait[ {time}]."},
	"N16": {
		"Tạm ngừng – mời sang làn khác.[ Mã {code} · máy {box}.| Mã {code}.| Máy {box}.]",
		"Out of service – use another lane.[ Code {code} · box {box}.| Code {code}.| Box {box}.]"},
	"N17": {
		"Chế độ tập – không ghi nhận.",
		"Training – nothing is recorded."},
	"N18": {
		"Mở khẩn cấp – cổng luôn mở.",
		"Emergency – gate stays open."},
	"N19": {
		"Dữ liệu trên máy bị hỏng – [đang dùng bản {n}. ]Báo kỹ thuật.",
		"Data on the box is damaged – [using no. {n}. ]Tell the technician."},
	"N20": {
		"Không ghi được – mở tay và ghi sổ. Báo kỹ thuật ngay.",
		"Cannot record – open by hand and write it down. Tell the technician now."},
	"N21": {
		"Vỏ máy bị mở.",
		"The box was opened."},
}
