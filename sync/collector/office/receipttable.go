package office

import (
	"strconv"
	"time"

	"checkpoint/sync/collector/view"
)

// ReceiptTable is receipts as they are shown, in a language, "vi" or "en".
func ReceiptTable(all []Receipt, language string) view.Table {
	t := view.Table{Title: view.Column{Vietnamese: "Ai đã nhận danh sách", English: "Receipts of lists"}, Columns: []view.Column{
		{Vietnamese: "Tài khoản", English: "Account"}, {Vietnamese: "Danh sách", English: "List"}, {Vietnamese: "Tải lần cuối", English: "Last fetched"},
		{Vietnamese: "Số lần", English: "Times"}, {Vietnamese: "Số dòng", English: "Lines"}, {Vietnamese: "Xác nhận", English: "Confirmed"},
	}}
	for _, x := range all {
		if x.List == "" {
			x.List = view.Column{Vietnamese: "(chưa tải danh sách nào)", English: "(fetched none)"}.In(language)
		}
		t.Rows = append(t.Rows, []string{x.Account, x.List, moment(x.Fetched), strconv.Itoa(x.Times), strconv.Itoa(x.Rows), moment(x.Confirmed)})
	}
	return t
}

// Vietnam's time has no daylight saving: UTC+7.
var vietnam = time.FixedZone("+07", 7*60*60)

// moment is a time in Vietnam; empty: there is none.
func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(vietnam).Format("15:04 02/01/2006")
}
