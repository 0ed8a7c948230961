package policy

// Facts is everything a rule may look at. Names in the tags are the policy
// language; changing one breaks signed policies. What they mean is told by
// [Language], to whoever writes a policy.
type Facts struct {
	Card   Card   `expr:"card" toml:"card"`
	Person Person `expr:"person" toml:"person"`
	Doses  Doses  `expr:"doses" toml:"doses"`
	Case   Case   `expr:"case" toml:"case"`
	Data   Data   `expr:"data" toml:"data"`
	Lane   Lane   `expr:"lane" toml:"lane"`
	Test   Test   `expr:"test" toml:"test"`
	Zone   Zone   `expr:"zone" toml:"zone"`
	Clock  Clock  `expr:"clock" toml:"clock"`
	Site   Site   `expr:"site" toml:"site"`

	Passport    Passport    `expr:"passport" toml:"passport"`
	Declaration Declaration `expr:"declaration" toml:"declaration"`
}

// Card is the paper shown, held against the data.
type Card struct {
	Kind        string `expr:"kind" toml:"kind" vi:"loại giấy tờ: cccd, cmnd, bhyt, passport, pqr, declaration" en:"kind of paper: cccd, cmnd, bhyt, passport, pqr, declaration"`
	Format      string `expr:"format" toml:"format" vi:"dạng mã, như trong docs/formats.md: cccd-2021, can-cuoc-2024, typed, dcc, chk1 …" en:"format of the code as in docs/formats.md: cccd-2021, can-cuoc-2024, typed, dcc, chk1 …"`
	Region      string `expr:"region" toml:"region" vi:"ba số đầu của số 12 chữ số: nơi đăng ký khai sinh, không phải nơi ở" en:"first three digits of a 12-digit number: where the birth was registered, not where the holder lives"`
	With        string `expr:"with" toml:"with" vi:"loại hoặc dạng của giấy tờ quét cùng, như bhyt, dcc, chk1, declaration; trống: không có" en:"kind or format of the paper shown with it, such as bhyt, dcc, chk1, declaration; empty: none"`
	Age         int    `expr:"age" toml:"age" vi:"tuổi tròn, trẻ nhất mà ngày sinh hoặc số 12 chữ số cho phép; -1: không biết" en:"full years of the holder, the youngest that the birth date or else the 12-digit number allows; -1: not known"`
	HasBirth    bool   `expr:"has_birth" toml:"has_birth" vi:"giấy tờ có ngày sinh" en:"the paper carries a birth date"`
	Agrees      bool   `expr:"agrees" toml:"agrees" vi:"họ tên, giới tính, ngày sinh đều khớp dữ liệu" en:"name, sex and birth date all agree with the data"`
	Differs     bool   `expr:"differs" toml:"differs" vi:"họ tên, giới tính hoặc ngày sinh khác dữ liệu, hoặc ngày cấp không phải ngày" en:"name, sex or birth date differs from the data, or the issue date is none"`
	Older       bool   `expr:"older" toml:"older" vi:"dữ liệu có thẻ mới hơn" en:"the data knows a newer card"`
	Newer       bool   `expr:"newer" toml:"newer" vi:"thẻ mới hơn dữ liệu" en:"the card is newer than the data"`
	Reported    string `expr:"reported" toml:"reported" vi:"lost (mất), withdrawn (thu hồi), hoặc trống" en:"lost, withdrawn, or empty"`
	Contradicts bool   `expr:"contradicts" toml:"contradicts" vi:"số cho thấy năm sinh hoặc giới tính khác" en:"the number says another birth year or sex"`
	Typed       bool   `expr:"typed" toml:"typed" vi:"cán bộ gõ số và ngày sinh: agrees luôn sai, không xanh nếu không có limits.typed_green" en:"a guard typed number and birth date: agrees stays false, and it is never green unless limits.typed_green"`
	Damaged     bool   `expr:"damaged" toml:"damaged" vi:"mất chữ khi quét" en:"letters were lost on the way"`
	Other       bool   `expr:"other" toml:"other" vi:"giấy tờ quét trước là của người khác: không bao giờ xanh" en:"the paper shown before it is another person's: never green"`
}

// Person is what the data says of the holder.
type Person struct {
	Found  bool `expr:"found" toml:"found" vi:"số có trong dữ liệu" en:"the number is in the data"`
	Known  bool `expr:"known" toml:"known" vi:"và ngày sinh là của số đó" en:"and the birth date belongs to it"`
	Exempt bool `expr:"exempt" toml:"exempt" vi:"được miễn tiêm vì lý do y tế" en:"medically exempt from vaccination"`
}

// Doses are the vaccinations in the data.
type Doses struct {
	Count     int   `expr:"count" toml:"count" vi:"số mũi tiêm trong dữ liệu" en:"vaccinations in the data"`
	Days      []int `expr:"days" toml:"days" vi:"số ngày từ mỗi mũi, mới nhất trước, nhiều nhất bốn" en:"days since each, newest first, at most four"`
	WholeDays []int `expr:"whole_days" toml:"whole_days" vi:"trong đó các mũi tự nó đã đủ liều" en:"of these, the doses that are a whole course by themselves"`
	Course    int   `expr:"course" toml:"course" vi:"riêng mũi mới nhất: đủ liều là mấy mũi; 0: không biết" en:"doses in the course of the newest alone; 0: not known"`
}

// Case is the holder's place in the case register.
type Case struct {
	Listed        bool `expr:"listed" toml:"listed" vi:"từng là ca bệnh hoặc tiếp xúc, bất kỳ lúc nào" en:"listed as infected or contact, at any time"`
	Active        bool `expr:"active" toml:"active" vi:"đang trong thời hạn" en:"listed, begun, and its end not passed"`
	Recovered     bool `expr:"recovered" toml:"recovered" vi:"đã khỏi" en:"recovered"`
	RecoveredDays int  `expr:"recovered_days" toml:"recovered_days" vi:"số ngày từ khi khỏi; chỉ khi recovered" en:"days since; only with recovered"`
}

// Test is what the data says of tests, in hours since the sample was taken; -1:
// there is none.
type Test struct {
	PCRHours      float64 `expr:"pcr_hours" toml:"pcr_hours" vi:"giờ từ lần lấy mẫu PCR âm tính mới nhất; -1: không có" en:"hours since the sample of the newest negative PCR; -1: there is none"`
	RapidHours    float64 `expr:"rapid_hours" toml:"rapid_hours" vi:"giờ từ xét nghiệm nhanh âm tính mới nhất; -1: không có" en:"hours since the newest negative rapid test; -1: there is none"`
	PositiveHours float64 `expr:"positive_hours" toml:"positive_hours" vi:"giờ từ kết quả dương tính mới nhất, PCR hoặc nhanh; -1: không có" en:"hours since the newest positive one of either kind; -1: there is none"`
}

// Zone is the level of a commune today: 1 green, 2 yellow, 3 orange, 4 red; 0:
// the data does not say.
type Zone struct {
	From int `expr:"from" toml:"from" vi:"cấp độ nơi đi theo tờ khai: 1 xanh, 2 vàng, 3 cam, 4 đỏ; 0: không biết" en:"level of where the declaration comes from: 1 green, 2 yellow, 3 orange, 4 red; 0: the data does not say"`
	To   int `expr:"to" toml:"to" vi:"cấp độ nơi đến theo tờ khai; chiều vào không có tờ khai: như here" en:"level of where it leads to; without one, on the way in, the same as here"`
	Here int `expr:"here" toml:"here" vi:"cấp độ nơi đặt chốt" en:"level of where the checkpoint is"`
}

// Site is what the lists of the box's own site say of the holder of a card.
// Other sites' boxes do not carry them.
type Site struct {
	Lists   bool `expr:"lists" toml:"lists" vi:"máy có danh sách của điểm" en:"the box has its site's lists"`
	Staff   bool `expr:"staff" toml:"staff" vi:"hôm nay là người của điểm" en:"belongs there today"`
	Visitor bool `expr:"visitor" toml:"visitor" vi:"bây giờ có hẹn" en:"has an appointment now"`
}

// Clock is the time in Vietnam. On a box whose clock is not trusted no green
// and no red stands, whatever a rule makes of it.
type Clock struct {
	Hour    int `expr:"hour" toml:"hour" vi:"giờ Việt Nam, 0 đến 23" en:"hour in Vietnam, 0 to 23"`
	Weekday int `expr:"weekday" toml:"weekday" vi:"1 thứ hai đến 7 chủ nhật" en:"1 Monday to 7 Sunday"`
}

// Data is the snapshot.
type Data struct {
	AgeHours float64 `expr:"age_hours" toml:"age_hours" vi:"tuổi của dữ liệu, giờ" en:"age of the data in hours"`
	Fresh    bool    `expr:"fresh" toml:"fresh" vi:"trong limits.fresh_hours" en:"age within limits.fresh_hours"`
	Stale    bool    `expr:"stale" toml:"stale" vi:"quá limits.no_green_hours" en:"age beyond limits.no_green_hours"`
}

// Lane is where the paper was shown.
type Lane struct {
	SiteType  string `expr:"site_type" toml:"site_type" vi:"loại điểm trong cấu hình của máy: building, mall, gateway, station, airport, pier …" en:"what the box's configuration calls the site: building, mall, gateway, station, airport, pier …"`
	Direction string `expr:"direction" toml:"direction" vi:"chiều: in (vào), out (ra)" en:"in, out"`
}

// Passport is a vaccine passport whose signature, time and content are good. It
// has no document number: without a card nobody was looked up, and a rule that
// admits on it alone trusts that the guard compares it with a card.
type Passport struct {
	Shown    bool   `expr:"shown" toml:"shown" vi:"có hộ chiếu vắc-xin hợp lệ" en:"a genuine vaccine passport was shown"`
	Alone    bool   `expr:"alone" toml:"alone" vi:"không có thẻ đi cùng" en:"no card was shown with it"`
	Same     bool   `expr:"same" toml:"same" vi:"họ tên và ngày sinh là của thẻ" en:"name and birth date are those of the card"`
	Other    bool   `expr:"other" toml:"other" vi:"không phải của người có thẻ: không bao giờ xanh" en:"it is not the holder's of the card: never green"`
	Kind     string `expr:"kind" toml:"kind" vi:"v: tiêm, t: xét nghiệm, r: khỏi bệnh" en:"v: vaccination, t: test, r: recovery"`
	Dose     int    `expr:"dose" toml:"dose" vi:"v: mũi thứ mấy" en:"v: which dose"`
	Course   int    `expr:"course" toml:"course" vi:"v: trên tổng số mấy mũi" en:"v: of how many"`
	Days     int    `expr:"days" toml:"days" vi:"số ngày từ mũi tiêm, lấy mẫu, kết quả dương tính đầu" en:"days since the dose, the sample, the first positive test"`
	Negative bool   `expr:"negative" toml:"negative" vi:"t: âm tính" en:"t: nothing was detected"`
}

// Declaration is a mobility declaration: one of the national service that is in
// the data, or one that the province signed itself. Alone, the facts of person,
// doses and case are those of whoever declared.
type Declaration struct {
	Shown   bool    `expr:"shown" toml:"shown" vi:"có tờ khai di chuyển, của dịch vụ quốc gia hoặc do tỉnh ký" en:"a mobility declaration was shown, of the national service or signed by the province"`
	Alone   bool    `expr:"alone" toml:"alone" vi:"không có thẻ đi cùng: person, doses, case là của người khai" en:"no card was shown with it: person, doses and case are of whoever declared"`
	Signed  bool    `expr:"signed" toml:"signed" vi:"mẫu do tỉnh ký" en:"the province's own form"`
	Missing bool    `expr:"missing" toml:"missing" vi:"giống mã quốc gia mà không có trong dữ liệu: không biết gì thêm" en:"it looks like a national one and is not in the data: nothing else is known"`
	Same    bool    `expr:"same" toml:"same" vi:"là của người có thẻ" en:"it is of the holder of the card"`
	Other   bool    `expr:"other" toml:"other" vi:"là của người khác: không bao giờ xanh" en:"it is another's: never green"`
	Over    bool    `expr:"over" toml:"over" vi:"hết hạn (declaration.hours, hoặc theo chữ ký): không bao giờ xanh" en:"its time is over (declaration.hours, or what was signed): never green"`
	Hours   float64 `expr:"hours" toml:"hours" vi:"giờ từ khi khai" en:"hours since it was declared"`
	From    string  `expr:"from" toml:"from" vi:"mã xã đi; có thể trống" en:"code of the commune of departure; may be empty"`
	To      string  `expr:"to" toml:"to" vi:"mã xã đến; có thể trống" en:"code of the commune of arrival; may be empty"`
}

// plain is an adult whose card agrees with fresh data and who has nothing else
// on record: what the test cases of a policy start from.
func plain() Facts {
	return Facts{
		Card:   Card{Kind: "cccd", Format: "cccd-2021", Age: 31, HasBirth: true, Agrees: true},
		Person: Person{Found: true, Known: true},
		Data:   Data{AgeHours: 6, Fresh: true},
		Lane:   Lane{SiteType: "building", Direction: "in"},
		Test:   Test{PCRHours: -1, RapidHours: -1, PositiveHours: -1},
		Clock:  Clock{Hour: 10, Weekday: 3},
	}
}
