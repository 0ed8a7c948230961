package messages

import "cmp"

// formFields are the labels of a paper form, by the names that the root package
// gives its fields; "who" is number or name at the lane.
var formFields = map[string]pair{
	"who":      {"Số giấy tờ hoặc họ tên", "Document number or name"},
	"number":   {"Số giấy tờ", "Document number"},
	"name":     {"Họ và tên", "Full name"},
	"phone":    {"Điện thoại", "Phone"},
	"from":     {"Từ xã/phường", "From commune"},
	"to":       {"Đến xã/phường", "To commune"},
	"birth":    {"Ngày sinh", "Birth date"},
	"sex":      {"Giới tính", "Sex"},
	"route":    {"Lộ trình, nơi dừng", "Route, stops"},
	"purpose":  {"Mục đích", "Purpose"},
	"plate":    {"Biển số xe", "Plate"},
	"symptoms": {"Triệu chứng", "Symptoms"},
	"contact":  {"Tiếp xúc gần", "Close contact"},
	"people":   {"Số người đi cùng", "People along"},
}

// FormField is the label of a paper form's field.
func FormField(name string, l Lang) string { return cmp.Or(formFields[name].in(l), name) }
