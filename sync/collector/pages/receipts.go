package pages

import (
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func receiptsPage() page {
	return page{
		Path: "/receipts", Role: office.Lists,
		Title: view.Column{Vietnamese: "Ai đã nhận", English: "Receipts"},
		About: view.Column{Vietnamese: "Ai đã tải và xác nhận danh sách nào của một ngày", English: "Who fetched and confirmed which list of a day"},
		Show:  showReceipts, Table: receiptsTable, Files: []string{"csv"},
	}
}

// receipt is how far an account is with a list; empty times: it is not.
type receipt struct{ Fetched, Confirmed string }

// receipt is how far this account is with a list of a day.
func (r *request) receipt(list string, day time.Time) (x receipt, err error) {
	all, err := r.Office.Receipts(r.Context(), r.Account, day)
	for _, one := range all {
		if one.Account == r.Account.Name && one.List == list {
			x = receipt{view.Moment(one.Fetched), view.Moment(one.Confirmed)}
		}
	}
	return x, err
}

// receiptsTable are the receipts of a day: of all accounts for whoever sees the
// whole province, of one's own for the others.
func receiptsTable(r *request) (view.Table, string, error) {
	day, err := r.Day("day")
	if err != nil {
		return view.Table{}, "", err
	}
	all, err := r.Office.Receipts(r.Context(), r.Account, day)
	return office.ReceiptTable(all, r.Language), day.Format(time.DateOnly), err
}

func showReceipts(r *request) error {
	t, day, err := receiptsTable(r)
	if err != nil {
		return err
	}
	shown, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	return r.show("listing", listing{Grid: r.grid(t, r.In(t.Title)+", "+shown.Format("02/01/2006"))})
}
