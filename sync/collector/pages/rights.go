package pages

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func rightsPage() page {
	return page{
		Path: "/rights", Role: office.Rights,
		Title: view.Column{Vietnamese: "Quyền của người dân", English: "People's rights"},
		About: view.Column{Vietnamese: "Yêu cầu xem, sửa, hạn chế, xoá dữ liệu của mình (Luật 91/2025)", English: "Requests to see, correct, restrict or delete one's own data (Law 91/2025)"},
		Show:  showRights, Table: rightsTable, Files: []string{"csv"},
		Do: map[string]func(*request) error{
			"ask": askRights, "replied": repliedRights, "done": doneRights, "export": exportPerson, "correct": correctPerson, "delete": deletePerson,
		},
	}
}

// rights are what the page shows.
type rights struct {
	Done  string // what was just done, in words
	Kinds []kind
	Open  []openRequest
}

// openRequest is a request that is not done.
type openRequest struct {
	ID                                     int64
	Kind, Received, Reply, By, Note, Taken string
	Replied, Late                          bool
}

var requestKinds = []kind{
	{string(view.AskAccess), view.Column{Vietnamese: "Xem dữ liệu", English: "Access"}},
	{string(view.AskCorrect), view.Column{Vietnamese: "Sửa dữ liệu", English: "Correction"}},
	{string(view.AskRestrict), view.Column{Vietnamese: "Hạn chế xử lý", English: "Restriction"}},
	{string(view.AskDelete), view.Column{Vietnamese: "Xoá dữ liệu", English: "Deletion"}},
}

func showRights(r *request) error {
	all, err := r.View.Requests(r.Context())
	if err != nil {
		return err
	}
	p := rights{Kinds: requestKinds}
	switch r.Query("was") {
	case "correct":
		p.Done = r.T("Đã sửa.", "Corrected.")
	case "delete":
		p.Done = r.T("Đã xoá người này khỏi mọi bản ghi.", "The person was taken out of every record.")
	}
	for _, x := range all {
		k, err := chosen(requestKinds, string(x.Kind))
		if err != nil {
			return err
		}
		p.Open = append(p.Open, openRequest{ID: x.ID, Kind: r.In(k.Name), Received: view.Moment(&x.Received), Reply: view.DueOn(x.ReplyBy), By: view.DueOn(x.DoneBy),
			Note: x.Note, Taken: x.Account, Replied: x.Replied != nil, Late: x.Late(time.Now())})
	}
	return r.show("rights", p)
}

// rightsTable is the requests that are not done, as a file.
func rightsTable(r *request) (view.Table, string, error) {
	all, err := r.View.Requests(r.Context())
	return view.RequestTable(all), r.View.Today().Format(time.DateOnly), err
}

// longNote bounds a note, in bytes.
const longNote = 500

func askRights(r *request) error {
	k, err := chosen(requestKinds, r.Query("kind"))
	if err != nil {
		return err
	}
	note := r.Query("note")
	if len(note) > longNote {
		return badInput("Ghi chú quá dài.", "The note is too long.")
	}
	if _, err := r.View.Ask(r.Context(), r.Clocks, view.RequestKind(k.Code), time.Now(), r.Account.Name, note); err != nil {
		return err
	}
	return r.goTo(r.Page.Path)
}

func repliedRights(r *request) error { return stepRights(r, r.View.Replied) }
func doneRights(r *request) error    { return stepRights(r, r.View.Done) }

// stepRights marks the request that a form is about.
func stepRights(r *request, step func(context.Context, int64) error) error {
	id, err := strconv.ParseInt(r.Query("id"), 10, 64)
	if err != nil {
		return view.ErrNoRequest
	}
	if err := step(r.Context(), id); err != nil {
		return err
	}
	return r.goTo(r.Page.Path)
}

// lookAtPerson writes into the log what is about to be done with the person whose
// number the form has.
func (r *request) lookAtPerson(what office.What) (number string, err error) {
	if number, err = r.number(); err != nil {
		return "", err
	}
	return number, r.trace(what, question{Number: number, Reason: r.Query("reason")}, "")
}

func exportPerson(r *request) error {
	number, err := r.lookAtPerson(office.Export)
	if err != nil {
		return err
	}
	file, err := r.View.Export(r.Context(), number)
	if err != nil {
		return err
	}
	return r.file(r.T("dữ liệu của một người", "data of a person")+".json", func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(file)
	})
}

func correctPerson(r *request) error {
	c, detail, err := r.correction()
	if err != nil {
		return err
	}
	number, err := r.number()
	if err != nil {
		return err
	}
	change := &view.Change{Number: number, Correction: c}
	if err := r.look(office.Look{What: office.Correct, Subject: r.Office.Subject(number), Detail: detail, Reason: r.Query("reason"), Change: change}); err != nil {
		return err
	}
	if err := r.View.Correct(r.Context(), number, c); err != nil {
		return err
	}
	return r.goTo(r.Page.Path + "?was=correct")
}

// correction is what the form wants changed, and its fields' names for the log.
func (r *request) correction() (c view.Correction, detail string, err error) {
	var what []string
	if name := r.Query("name"); name != "" {
		c.Name = &name
		what = append(what, "name")
	}
	if birth := r.Query("birth"); birth != "" {
		day, err := view.ParseBirth(birth)
		if err != nil {
			return c, "", err
		}
		c.Birth = &day
		what = append(what, "birth date")
	}
	if commune := r.Query("commune"); commune != "" {
		c.Commune = &commune
		what = append(what, "commune")
	}
	if len(what) == 0 {
		return c, "", badInput("Hãy ghi điều cần sửa.", "Say what is to be corrected.")
	}
	return c, strings.Join(what, ", "), nil
}

func deletePerson(r *request) error {
	if r.Query("sure") != "yes" {
		return badInput("Hãy đánh dấu là xoá hẳn.", "Tick that it is deleted for good.")
	}
	number, err := r.lookAtPerson(office.Delete)
	if err != nil {
		return err
	}
	if _, err := r.View.Forget(r.Context(), number); err != nil {
		return err
	}
	return r.goTo(r.Page.Path + "?was=delete")
}
