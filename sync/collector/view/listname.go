package view

import "strings"

// List names the list that is asked for, as receipts and the log of looks do: the
// same by page and by command.
func (q ArrivalsOf) List() string {
	name := []string{"arrivals", string(q.End)}
	for _, part := range []string{q.District, q.Commune} {
		if part != "" {
			name = append(name, part)
		}
	}
	return strings.Join(name, "/")
}

// ListName is a list as people call it, by its name in receipts and in the log, in
// a language, "vi" or "en".
func ListName(list, language string) string {
	for name, word := range listWords() {
		if rest, found := strings.CutPrefix(list, name); found && (rest == "" || rest[0] == '/') {
			return word.In(language) + strings.ReplaceAll(rest, "/", " · ")
		}
	}
	return list
}

func listWords() map[string]Column {
	return map[string]Column{
		"arrivals/origin": Origin.Word(), "arrivals/destination": Destination.Word(),
		"quality/" + string(NotInData): NotInData.Word(), "quality/" + string(NotShown): NotShown.Word(),
		"quality/" + string(Reissued): Reissued.Word(), "quality/" + string(NameDiffers): NameDiffers.Word(),
		"quality/" + string(Asked): Asked.Word(),
		"papers":                   {"Tờ khai giấy", "Paper forms"}, "corrections": {"Đề nghị cập nhật", "Corrections"},
	}
}

// Word is an end as people call its list.
func (e End) Word() Column {
	if e == Destination {
		return Column{"Người vào xã", "People who went into the commune"}
	}
	return Column{"Người của xã", "People of the commune"}
}

// Word is a doubt as people call its list.
func (d Doubt) Word() Column {
	return map[Doubt]Column{
		NotInData:   {"Không có trong dữ liệu", "Not in the data"},
		NotShown:    {"Có giấy tiêm, dữ liệu chưa có", "Vaccinated, but not in the data"},
		Reissued:    {"Số giấy tờ đã cấp lại", "Number re-issued"},
		NameDiffers: {"Khác tên", "Name differs"},
		Asked:       {"Cán bộ đề nghị cập nhật", "Guard asked for it"},
	}[d]
}
