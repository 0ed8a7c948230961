package page

import (
	"context"
	"net/http"
	"time"

	"checkpoint/console/doctor"
	"checkpoint/console/faults"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// Setting is one line of the configuration.
type Setting struct{ Name, Value string }

// settingsPage asks for a technician's PIN, or shows the configuration and what
// can be changed beside it.
type settingsPage struct {
	desk
	All     []Setting
	Choices []choice
	Visit   string // says in each button's form that the PIN was given
	Said    string
}

func (s *Server) settings(w http.ResponseWriter, r *http.Request, said string) {
	s.draw(w, "settings", settingsPage{desk: s.desk(r, messages.Settings), Said: said})
}

// setting shows what is in force to whoever has a technician's PIN.
func (s *Server) setting(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.duty(w, r)
	if !ok {
		return
	}
	if said := s.wrong(r, lane, pin.Maintain); said != "" {
		s.settings(w, r, said)
		return
	}
	s.inForce(w, r, s.visit.begin(sessionOf(r)), "")
}

// testPage is the self-test, before and after it.
type testPage struct {
	desk
	Tested bool
	Parts  []string // what will be looked at
	Counts []count
	Rows   []testRow
}

// testRow is a row of the self-test: what checkpointctl doctor shows.
type testRow struct{ Shape, State, Word, Row, Where, Title, Detail, Act, Next string }

// testWithin is how long the self-test may take.
const testWithin = 10 * time.Second

// selfTest asks whether to test, since a look costs the box some seconds of work.
func (s *Server) selfTest(w http.ResponseWriter, r *http.Request) {
	p := testPage{desk: s.desk(r, "")}
	p.Title = messages.Button(messages.SelfTest, p.Lang)
	for _, row := range faults.Rows() {
		p.Parts = append(p.Parts, row.Title().In(p.Lang))
	}
	s.draw(w, "self-test", p)
}

// tested shows the same rows as checkpointctl doctor, the worst first. One test
// goes on at a time.
func (s *Server) tested(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.duty(w, r); !ok {
		return
	}
	s.testing.Lock()
	defer s.testing.Unlock()
	ctx, cancel := context.WithTimeout(r.Context(), testWithin)
	defer cancel()
	p := testPage{desk: s.desk(r, ""), Tested: true}
	p.Title = messages.Button(messages.SelfTest, p.Lang)
	rows := s.cfg.Desk.Test(ctx)
	for _, state := range []doctor.State{doctor.Fail, doctor.Warn, doctor.OK, doctor.Unknown} {
		n := uint64(0)
		for _, row := range rows {
			if row.State == state {
				n++
				p.Rows = append(p.Rows, testRowOf(row, p.Lang))
			}
		}
		p.Counts = append(p.Counts, count{testShapes[state], "", messages.Line(testWords[state], p.Lang), n})
	}
	s.draw(w, "self-test", p)
}

var (
	testShapes = map[doctor.State]string{doctor.Fail: "stop", doctor.Warn: "warn", doctor.OK: "tick", doctor.Unknown: "what"}
	testWords  = map[doctor.State]messages.LineID{doctor.Fail: messages.StateFail, doctor.Warn: messages.StateWarn, doctor.OK: messages.StateOK, doctor.Unknown: messages.StateUnknown}
)

func testRowOf(row doctor.Row, lang messages.Lang) testRow {
	out := testRow{
		Shape: testShapes[row.State], State: string(row.State), Word: messages.Line(testWords[row.State], lang),
		Row: row.Row.Title().In(lang), Where: row.Where, Detail: row.Detail, Next: row.Next,
	}
	if row.Code != "" {
		out.Title, out.Act = row.Title.In(lang), row.Act.In(lang)
	}
	return out
}
