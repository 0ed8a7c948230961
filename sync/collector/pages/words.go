package pages

import (
	"slices"
	"strings"

	"checkpoint/sync/collector/view"
)

// words are what the codes of records are called where people read them. Files
// keep the codes.
var words = map[string]view.Column{
	"in": {Vietnamese: "Vào", English: "In"}, "out": {Vietnamese: "Ra", English: "Out"},

	"admit": {Vietnamese: "Mời qua", English: "Go"}, "refer": {Vietnamese: "Kiểm tra", English: "Check"},
	"refuse": {Vietnamese: "Dừng lại", English: "Stop"}, "repeat": {Vietnamese: "Vừa quét", English: "Seen"},
	"not read": {Vietnamese: "Chưa đọc", English: "Not read"}, "fault": {Vietnamese: "Máy lỗi", English: "Fault"},
	"passed": {Vietnamese: "cho qua", English: "let pass"}, "denied": {Vietnamese: "cho quay lại", English: "turned back"},
	"undecided": {Vietnamese: "chưa quyết định", English: "undecided"}, "undone": {Vietnamese: "đã hoàn tác", English: "taken back"},

	"resident": {Vietnamese: "Thường trú", English: "Resident"}, "unknown": {Vietnamese: "Không rõ", English: "Unknown"},
	"differs": {Vietnamese: "Sai thông tin", English: "Details differ"},

	"NOT_IN_DATA": {Vietnamese: "không có trong dữ liệu", English: "not in the data"}, "NAME_DIFFERS": {Vietnamese: "khác tên", English: "name differs"},
	"SEX_DIFFERS": {Vietnamese: "khác giới tính", English: "sex differs"}, "BIRTH_DATE_DIFFERS": {Vietnamese: "khác ngày sinh", English: "birth date differs"},
	"ISSUE_DATE_DIFFERS": {Vietnamese: "khác ngày cấp", English: "issue date differs"}, "CARD_REISSUED": {Vietnamese: "thẻ đã cấp lại", English: "card re-issued"},
	"DOSES_MISSING": {Vietnamese: "chưa đủ mũi tiêm", English: "doses missing"}, "VACCINATION_PAPER_SHOWN": {Vietnamese: "có giấy tiêm", English: "vaccination paper shown"},
	"ORIGINAL_SHOWN": {Vietnamese: "có bản gốc", English: "original shown"}, "TEST_PAPER_SHOWN": {Vietnamese: "có giấy xét nghiệm", English: "test paper shown"},
	"TRAVEL_PERMIT_SHOWN": {Vietnamese: "có giấy đi đường", English: "travel permit shown"}, "OFFICIAL_ORDER_SHOWN": {Vietnamese: "có công lệnh", English: "official order shown"},
	"EMERGENCY_SHOWN": {Vietnamese: "cấp cứu", English: "emergency"},

	"cccd": {Vietnamese: "Thẻ căn cước", English: "ID card"}, "cmnd": {Vietnamese: "CMND", English: "Old ID card"},
	"building": {Vietnamese: "Toà nhà", English: "Building"}, "road": {Vietnamese: "Đường", English: "Road"},
	"station": {Vietnamese: "Bến, ga", English: "Station"}, "mall": {Vietnamese: "Chợ, siêu thị", English: "Market, mall"},

	"paper-form": {Vietnamese: "Tờ khai giấy", English: "Paper form"},
}

// coded tells whether a column's cells are codes, by its English head.
func coded(c view.Column) bool {
	return slices.Contains([]string{"Direction", "Result", "Commune says", "Found", "Document", "Paper", "Type"}, c.English)
}

// said is a cell of codes in words: "refer, passed" has two, with a comma; what a
// check found stands with spaces. What is no code stays as it is: a province may
// have more kinds of places.
func said(cell string) view.Column {
	if w, ok := words[cell]; ok || cell == "" {
		return w
	}
	parts := strings.Split(cell, ", ")
	if len(parts) == 1 {
		parts = strings.Fields(cell)
	}
	var vietnamese, english []string
	if !slices.ContainsFunc(parts, func(part string) bool { _, ok := words[part]; return ok }) {
		return view.Column{Vietnamese: cell, English: cell}
	}
	for _, part := range parts {
		w, ok := words[part]
		if !ok {
			w = view.Column{Vietnamese: part, English: part}
		}
		vietnamese, english = append(vietnamese, w.Vietnamese), append(english, w.English)
	}
	return view.Column{Vietnamese: strings.Join(vietnamese, ", "), English: strings.Join(english, ", ")}
}
