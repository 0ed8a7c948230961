package view

import (
	"strconv"
	"time"
)

// DueOn is the day by whose end something is due, as people write it: the database
// has the next midnight.
func DueOn(t time.Time) string { return t.Add(-time.Second).In(vietnam).Format("02/01/2006") }

// RequestTable is what people asked for about themselves as it is shown.
func RequestTable(all []Request) Table {
	t := Table{Title: Column{"Yêu cầu chưa xong", "Requests not done"}, Columns: []Column{
		{"Số", "Number"}, {"Yêu cầu", "Request"}, {"Nhận", "Received"}, {"Trả lời trước hết", "Reply by"}, {"Đã trả lời", "Replied"},
		{"Xong trước hết", "Done by"}, {"Người nhận", "Taken by"}, {"Ghi chú", "Note"},
	}}
	for _, x := range all {
		replied := ""
		if x.Replied != nil {
			replied = clock(x.Replied)
		}
		t.Rows = append(t.Rows, []string{strconv.FormatInt(x.ID, 10), string(x.Kind), clock(&x.Received), DueOn(x.ReplyBy), replied, DueOn(x.DoneBy), x.Account, x.Note})
	}
	return t
}
