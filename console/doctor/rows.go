package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"checkpoint/console/control"
	"checkpoint/console/faults"
)

// rows are the answer: of each part its faults, or that it is well.
func (e *exam) rows() (rows []Row) {
	told := faults.Told(e.found)
	for _, r := range faults.Rows() {
		if !e.wanted(r) {
			continue
		}
		var bad []string // the places of this row with a fault
		for _, f := range told {
			if row, _ := faults.Of(f.Code); row.Row == r {
				rows, bad = append(rows, rowOf(row, f)), append(bad, f.Where)
			}
		}
		for _, where := range e.places(r) {
			if !slices.Contains(bad, where) && (where != "" || len(bad) == 0) {
				rows = append(rows, e.calm(r, where))
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return dead(a) - dead(b) })
	return rows
}

// dead puts a daemon that does not answer first, whatever else there is.
func dead(r Row) int {
	if r.Row == faults.RowDaemon {
		return 0
	}
	return 1
}

func rowOf(f faults.Fault, is faults.Found) Row {
	state := Warn
	if f.Severity == faults.Fail {
		state = Fail
	}
	return Row{Row: f.Row, Where: is.Where, Code: f.Code, Title: f.Title, State: state, Detail: is.Detail, Act: f.Act, Next: f.Next}
}

// places are where a row stands: once for the box, or at each reader or lane.
func (e *exam) places(r faults.Row) (list []string) {
	for _, l := range e.status.Lanes {
		if r == faults.RowGate {
			list = append(list, l.Name)
		}
		for _, reader := range l.Readers {
			camera := slices.Contains(l.Cameras, reader.Name)
			if r == faults.RowScanner && !camera || r == faults.RowCamera && camera {
				list = append(list, l.Name+"/"+reader.Name)
			}
		}
	}
	if r == faults.RowCamera && len(e.status.Lanes) > 0 { // a box need not have one
		return list
	}
	if len(list) == 0 {
		list = []string{""}
	}
	return list
}

// calm is a row without a fault of its own.
func (e *exam) calm(r faults.Row, where string) Row {
	row := Row{Row: r, Where: where, Title: r.Title(), State: OK, Detail: cmp.Or(e.says[place{r, where}], e.detail(r))}
	if cause := e.hidden(r, where); cause != "" {
		f, _ := faults.Of(cause)
		row.State, row.Detail = Unknown, "chờ / waits for: "+f.Title.Both()
	} else if why, ok := e.unseen[r]; ok {
		row.State, row.Detail = Unknown, why
	}
	return row
}

// hidden is the cause of a fault of this row that is not told for it; empty for
// none.
func (e *exam) hidden(r faults.Row, where string) faults.Code {
	for _, f := range e.found {
		if row, _ := faults.Of(f.Code); row.Row == r && f.Where == where {
			if cause := faults.CauseOf(f.Code, e.found); cause != "" {
				return cause
			}
		}
	}
	return ""
}

// detail is what the status says of a part that is well.
func (e *exam) detail(r faults.Row) string {
	s := e.status
	switch r {
	case faults.RowScanner, faults.RowCamera:
		return "kết nối / connected"
	case faults.RowClock:
		return s.Clock.Time.Format(time.RFC3339)
	case faults.RowSnapshot:
		return fmt.Sprintf("bản / no. %d, %s", s.Snapshot.Number, s.Snapshot.Created.Format(time.RFC3339))
	case faults.RowUpdates:
		if s.Update == nil {
			return "nạp bằng tay / loaded by hand"
		}
		return fmt.Sprintf("bản mới nhất / newest offered: %d", s.Update.Offered)
	case faults.RowQueue:
		return fmt.Sprintf("%d chờ / wait, %d kB", s.Journal.Waiting, s.Journal.Bytes/1000)
	case faults.RowPage:
		if s.Page == nil {
			return "chỉ màn hình của máy / the box's own screen alone"
		}
		return s.Page.URL
	case faults.RowScreen:
		return panel(s.Screen)
	case faults.RowCertificate:
		if s.Certificate == nil {
			return "máy chưa vào tỉnh nào / not enrolled"
		}
		return "đến / until " + s.Certificate.Until.Format(time.DateOnly)
	case faults.RowBroker:
		return link(s.Link)
	case faults.RowCommands:
		if s.Commands == nil {
			return "không nhận / none are taken"
		}
		return fmt.Sprintf("mới nhất / newest: %d", s.Commands.Newest)
	}
	return ""
}

// panel says whether the brightness can be set, and how where it cannot yet.
func panel(s *control.Screen) string {
	switch {
	case s == nil:
		return "không có đèn nền chỉnh được / no backlight that can be set (HDMI)"
	case s.Fault != "":
		return s.Fault + "; muốn chỉnh / to set it: docs/operate.md, Cài đặt / Settings"
	}
	return fmt.Sprintf("sáng %d %%, chỉnh ở Cài đặt / brightness, set under Settings", s.Percent)
}

func link(l control.Link) string {
	if l.Broker == "" {
		return "không đặt / none configured"
	}
	return l.Broker
}
