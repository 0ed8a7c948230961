package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"checkpoint"
	"checkpoint/console/messages"
)

// form takes the first lines of a paper form, while the person waits.
func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	turn, err := strconv.ParseUint(r.PostForm.Get("turn"), 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f := checkpoint.FormWho(r.PostForm.Get("who"))
	f.Rest = rest(r, checkpoint.AtTheLane)
	if !s.withPhoto(w, r, &f) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.formDone(w, r, lane.FormTurn(ctx, turn, f))
}

// completeForm takes the whole of a form whose first lines were recorded.
func (s *Server) completeForm(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	epoch, errEpoch := strconv.ParseUint(r.PathValue("epoch"), 10, 64)
	seq, errSeq := strconv.ParseUint(r.PathValue("seq"), 10, 64)
	if err := errors.Join(errEpoch, errSeq); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	at := checkpoint.Position{Epoch: epoch, Seq: seq}
	if !s.waits(at) {
		http.Error(w, messages.Line(messages.FormNone, langOf(r)), http.StatusConflict)
		return
	}
	f := checkpoint.FormWho(r.PostForm.Get("number"))
	if f.Number == "" { // of a kind that is not known: kept as it was written
		f.Number, f.Name = f.Name, ""
	}
	f.Name, f.Rest = r.PostForm.Get("name"), rest(r, len(checkpoint.FormFields()))
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.formDone(w, r, lane.CompleteForm(ctx, at, f))
}

func rest(r *http.Request, n int) (list []checkpoint.FormField) {
	for _, name := range checkpoint.FormFields()[:n] {
		list = append(list, checkpoint.FormField{Name: name, Value: r.PostForm.Get(name)})
	}
	return list
}

func (s *Server) formDone(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, checkpoint.ErrFormEmpty) {
		http.Error(w, messages.Line(messages.FormMissing, langOf(r)), http.StatusBadRequest)
		return
	}
	s.done(w, r, err)
}

func (s *Server) pending() []checkpoint.PendingForm {
	if s.cfg.Forms == nil {
		return nil
	}
	return s.cfg.Forms()
}

func (s *Server) waits(at checkpoint.Position) bool {
	for _, p := range s.pending() {
		if p.At == at {
			return true
		}
	}
	return false
}

// waitingForm is a line of the list of forms to complete.
type waitingForm struct{ Path, Reference, At string }

// forms draws the list.
func (s *Server) forms(w http.ResponseWriter, r *http.Request) {
	data := struct {
		words
		List []waitingForm
	}{words: words{langOf(r)}}
	for _, p := range s.pending() {
		data.List = append(data.List, waitingForm{
			Path:      strconv.FormatUint(p.At.Epoch, 10) + "/" + strconv.FormatUint(p.At.Seq, 10),
			Reference: p.At.Reference(),
			At:        p.Time.In(messages.Zone).Format("02/01 15:04") + " · " + messages.Line(messages.LaneName, data.Lang) + " " + p.Lane,
		})
	}
	html, err := render("forms", data)
	if err != nil {
		http.Error(w, "the list cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html) // the browser is gone
}

// formField is a field of the form as a browser shows it.
type formField struct {
	Name, Label string
	Lane, Later bool // asked for at the lane; with the rest
	Kind        string
}

// FormFields are all of them, in the form's order.
func (w words) FormFields() (all []formField) {
	add := func(name string, lane, later bool) {
		kind := map[string]string{"phone": "tel", "people": "tel", "birth": "tel"}[name]
		all = append(all, formField{name, messages.FormField(name, w.Lang), lane, later, kind})
	}
	add("who", true, false)
	add("number", false, true)
	add("name", false, true)
	for i, name := range checkpoint.FormFields() {
		add(name, i < checkpoint.AtTheLane, true)
	}
	return all
}

// KeyRows are the rows of the letters that are typed on the screen.
func (words) KeyRows() [][]string {
	var rows [][]string
	for _, row := range []string{"1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM,./"} {
		var keys []string
		for _, k := range row {
			keys = append(keys, string(k))
		}
		rows = append(rows, keys)
	}
	return rows
}
