package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"checkpoint/console/control"
	"checkpoint/console/faults"
)

// place is where a row stands.
type place struct {
	row   faults.Row
	where string
}

// exam is one look at a box.
type exam struct {
	box     Box
	options Options
	status  control.Status
	alive   bool
	found   []faults.Found        // of the status
	extra   []faults.Found        // of what was looked at besides
	says    map[place]string      // what is to be said of a part that is well
	unseen  map[faults.Row]string // rows that cannot be looked at, and why
}

func (e *exam) add(c faults.Code, where, detail string) {
	e.extra = append(e.extra, faults.Found{Code: c, Where: where, Detail: detail})
}

func (e *exam) well(r faults.Row, where, detail string) { e.says[place{r, where}] = detail }

// wanted tells whether a row is asked for.
func (e *exam) wanted(rows ...faults.Row) bool {
	return len(e.options.Only) == 0 || slices.ContainsFunc(rows, func(r faults.Row) bool { return slices.Contains(e.options.Only, r) })
}

// ask asks the daemon, or looks at what lies on the box without it.
func (e *exam) ask(ctx context.Context) {
	s, err := e.box.Status(ctx)
	if err == nil {
		e.status, e.alive = s, true
		e.well(faults.RowDaemon, "", s.Version)
		return
	}
	code := faults.DaemonDead
	if e.box.Denied != nil && e.box.Denied(err) {
		code = faults.DaemonNotAsked
	}
	e.add(code, "", err.Error())
	var seen []faults.Row
	if e.box.Without != nil {
		e.status, seen = e.box.Without()
	}
	for _, r := range faults.Rows() {
		if !slices.Contains(seen, r) {
			e.unseen[r] = "dịch vụ biết / only the service knows"
		}
	}
}

func (e *exam) config() {
	if e.box.Config == nil || !e.wanted(faults.RowConfig) {
		return
	}
	delete(e.unseen, faults.RowConfig)
	if err := e.box.Config(); err != nil {
		code := faults.ConfigFault
		if !e.alive && e.status.Box == "" { // no box without it
			code = faults.NotConfigured
		}
		e.add(code, "", err.Error())
	}
}

// machine looks at the board itself: what the daemon says of it is some seconds
// old.
func (e *exam) machine() {
	if e.box.Machine == nil {
		return
	}
	m := e.box.Machine()
	if e.box.Write != nil && e.wanted(faults.RowDisk) {
		if err := e.box.Write(); err != nil {
			m.Disk.Fault = err.Error()
		}
	}
	if e.status.Box != "" {
		e.status.Machine = &m // its faults are found with the status
	} else {
		e.extra = append(e.extra, m.Found()...)
	}
	for _, r := range []faults.Row{faults.RowDisk, faults.RowPower, faults.RowTemperature, faults.RowNetwork} {
		delete(e.unseen, r)
	}
	e.well(faults.RowNetwork, "", fmt.Sprintf("%d có liên kết / with a link", m.Networks))
	if m.Networks < 0 {
		e.unseen[faults.RowNetwork] = "không hỏi được / cannot be asked"
	}
	if m.Disk.Size > 0 {
		e.well(faults.RowDisk, "", fmt.Sprintf("%d MB trống / free of %d MB%s", m.Disk.Free/1e6, m.Disk.Size/1e6, wear(m.Disk)))
	} else {
		e.unseen[faults.RowDisk] = "không hỏi được / cannot be asked"
	}
	if m.Volts == "" {
		e.unseen[faults.RowPower] = "bo mạch không có cảm biến / the board has no sensor"
	}
	if m.Celsius == 0 {
		e.unseen[faults.RowTemperature] = "bo mạch không có cảm biến / the board has no sensor"
	} else {
		e.well(faults.RowTemperature, "", fmt.Sprintf("%.0f °C", m.Celsius))
	}
}

func wear(d control.Disk) string {
	if d.Wear == 0 {
		return ""
	}
	return fmt.Sprintf(", đã mòn / worn %d %%", d.Wear)
}

// data makes a thousand look-ups in the snapshot.
func (e *exam) data(ctx context.Context) {
	s := e.status.Snapshot
	if e.box.Lookups == nil || !e.wanted(faults.RowSnapshot) || s.Number == 0 {
		return
	}
	l, err := e.box.Lookups(ctx, lookups)
	if err != nil {
		if e.box.Denied != nil && e.box.Denied(err) {
			e.well(faults.RowSnapshot, "", fmt.Sprintf("bản / no. %d; tra thử cần sudo / look-ups need sudo", s.Number))
		} else if s.Fault == "" { // else the daemon has found it
			e.add(faults.SnapshotDamaged, "", err.Error())
		}
		return
	}
	took := fmt.Sprintf("bản / no. %d, %d lần tra / look-ups: p50 %s, p99 %s", l.Snapshot, l.N, short(l.P50), short(l.P99))
	e.well(faults.RowSnapshot, "", took)
	if l.P99 > tooSlow {
		e.add(faults.SnapshotSlow, "", took)
	}
}

func short(d time.Duration) string { return d.Round(time.Microsecond).String() }

// broker tries a connection of its own where the daemon has none, to tell who
// does not answer from who refuses.
func (e *exam) broker(ctx context.Context) {
	l := e.status.Link
	if l.Broker == "" || l.Connected || e.box.Broker == nil || !e.wanted(faults.RowBroker) {
		return
	}
	delete(e.unseen, faults.RowBroker)
	reached, err := e.box.Broker(ctx)
	detail := l.Broker
	if err != nil {
		detail += ": " + err.Error()
	}
	switch {
	case reached == Nobody:
		e.add(faults.BrokerUnreachable, "", detail)
	case reached == Refused:
		e.add(faults.BrokerRefuses, "", detail)
	case e.alive:
		e.add(faults.BrokerRefuses, "", detail+": answers, and takes no session")
	default:
		e.well(faults.RowBroker, "", detail)
	}
	// What was seen now is more than that the daemon has no connection.
	e.status.Link.Connected, e.status.Link.Collector = true, true
	if m := e.status.Machine; m != nil && m.Networks == 0 && reached == Nobody {
		e.status.Link.Connected = false // it is the cable
	}
}

// lamps says what is fitted, and lights it when asked to.
func (e *exam) lamps(ctx context.Context) {
	for _, l := range e.status.Lanes {
		fitted := strings.Join(l.Pins, ", ")
		if fitted == "" {
			fitted = "không lắp gì / nothing fitted"
		}
		e.well(faults.RowGate, l.Name, fitted+"; thử từng đèn / to see each: checkpointctl lamps walk")
		if !e.options.Lamps || e.box.Walk == nil || !e.wanted(faults.RowGate) {
			continue
		}
		if err := e.box.Walk(ctx, l.Name); err != nil {
			e.found = append(e.found, faults.Found{Code: faults.GateLost, Where: l.Name, Detail: err.Error()})
			continue
		}
		e.well(faults.RowGate, l.Name, fitted+": đã bật từng cái / each was lit")
	}
}

// scan waits for the test code.
func (e *exam) scan(ctx context.Context) {
	if !e.options.Scan || e.box.Code == nil || !e.wanted(faults.RowScanner) {
		return
	}
	seen, err := e.box.Code(ctx)
	switch {
	case err != nil:
		e.unseen[faults.RowScanner] = err.Error()
	case !seen.Whole:
		e.found = append(e.found, faults.Found{Code: faults.ScannerGarbles, Where: seen.Where(), Detail: "mã thử bị đổi chữ / letters of the test code were changed"})
	default:
		e.well(faults.RowScanner, seen.Where(), "đọc đúng mã thử / read the test code letter by letter")
	}
}
