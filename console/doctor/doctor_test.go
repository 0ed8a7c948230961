package doctor_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/doctor"
	"checkpoint/console/faults"
)

// well is how to look at a box that has nothing to complain of.
func well() doctor.Box {
	now := time.Date(2021, 10, 15, 1, 0, 0, 0, time.UTC)
	status := control.Status{
		Box: "b1", Clock: control.Clock{Time: now, Trusted: true},
		Lanes: []control.LaneStatus{{
			Name: "1", Cameras: []string{"camera"}, Pins: []string{"green", "relay"},
			Readers: []checkpoint.ReaderState{{Name: "scanner", Connected: true}, {Name: "camera", Connected: true}},
		}},
		Snapshot: control.Snapshot{Number: 7, Created: now, FreshHours: 24, NoGreenHours: 48},
	}
	return doctor.Box{
		Status: func(context.Context) (control.Status, error) { return status, nil },
		Machine: func() control.Machine {
			return control.Machine{Networks: 1, Celsius: 40, Volts: "x", Disk: control.Disk{Size: 8e9, Free: 4e9}}
		},
		Lookups: func(_ context.Context, n int) (doctor.Lookups, error) {
			return doctor.Lookups{Snapshot: 7, N: n, P50: time.Millisecond, P99: 2 * time.Millisecond}, nil
		},
	}
}

func run(b doctor.Box, o doctor.Options) []doctor.Row { return doctor.Run(context.Background(), b, o) }

func find(t *testing.T, rows []doctor.Row, r faults.Row, where string) doctor.Row {
	t.Helper()
	i := slices.IndexFunc(rows, func(row doctor.Row) bool { return row.Row == r && row.Where == where })
	if i < 0 {
		t.Fatalf("no row %s %s in %+v", r, where, rows)
	}
	return rows[i]
}

func TestEveryPartOfABoxThatIsWellHasItsRow(t *testing.T) {
	rows := run(well(), doctor.Options{})
	if doctor.Worst(rows) != doctor.OK || len(rows) != len(faults.Rows()) {
		t.Errorf("%+v", rows)
	}
	if r := find(t, rows, faults.RowSnapshot, ""); !strings.Contains(r.Detail, "1000 lần tra / look-ups: p50 1ms, p99 2ms") {
		t.Errorf("%+v", r)
	}
	if r := find(t, rows, faults.RowGate, "1"); !strings.Contains(r.Detail, "green, relay") {
		t.Errorf("%+v", r)
	}
}

// A board's panel, if it has one, and how its brightness can be set.
func TestTheScreensRowSaysHowItIsSet(t *testing.T) {
	for _, c := range []struct {
		screen *control.Screen
		state  doctor.State
		says   string
	}{
		{nil, doctor.OK, "HDMI"},
		{&control.Screen{Percent: 75}, doctor.OK, "75 %"},
		{&control.Screen{Fault: "set the brightness of 10-0045: permission denied"}, doctor.OK, "10-0045: permission denied; muốn chỉnh / to set it: docs/operate.md"},
		{&control.Screen{Set: 50, Fault: "permission denied"}, doctor.Warn, "permission denied"},
	} {
		b := well()
		s, _ := b.Status(context.Background())
		s.Screen = c.screen
		b.Status = func(context.Context) (control.Status, error) { return s, nil }
		if r := find(t, run(b, doctor.Options{}), faults.RowScreen, ""); r.State != c.state || !strings.Contains(r.Detail, c.says) {
			t.Errorf("%+v: %+v", c.screen, r)
		}
	}
}

func TestOnlyWhatIsAskedForIsLookedAt(t *testing.T) {
	b := well()
	b.Lookups = func(context.Context, int) (doctor.Lookups, error) { t.Error("looked up"); return doctor.Lookups{}, nil }
	rows := run(b, doctor.Options{Only: []faults.Row{faults.RowClock, faults.RowDisk}})
	if len(rows) != 2 || rows[0].Row != faults.RowClock || rows[1].Row != faults.RowDisk {
		t.Errorf("%+v", rows)
	}
}

// A dead daemon comes first; what can be seen without it is not left out, and
// nothing is said to be well that nobody has seen.
func TestADeadDaemonIsSaidFirst(t *testing.T) {
	b := well()
	s, _ := b.Status(context.Background())
	b.Status = func(context.Context) (control.Status, error) {
		return control.Status{}, errors.New("connection refused")
	}
	s.Lanes[0].Readers[0].Connected, s.Snapshot = false, control.Snapshot{}
	b.Without = func() (control.Status, []faults.Row) {
		return s, []faults.Row{faults.RowScanner, faults.RowSnapshot, faults.RowClock}
	}
	rows := run(b, doctor.Options{})
	if rows[0].Code != faults.DaemonDead || rows[0].State != doctor.Fail {
		t.Errorf("first: %+v", rows[0])
	}
	if r := find(t, rows, faults.RowScanner, "1/scanner"); r.Code != faults.ScannerGone {
		t.Errorf("%+v", r)
	}
	if r := find(t, rows, faults.RowSnapshot, ""); r.Code != faults.NoSnapshot {
		t.Errorf("%+v", r)
	}
	for row, want := range map[faults.Row]doctor.State{faults.RowQueue: doctor.Unknown, faults.RowUpdates: doctor.Unknown, faults.RowDisk: doctor.OK, faults.RowClock: doctor.OK} {
		if r := find(t, rows, row, ""); r.State != want {
			t.Errorf("%s: %+v", row, r)
		}
	}
}

func TestWhoMayNotAskIsToldSo(t *testing.T) {
	b := well()
	b.Status = func(context.Context) (control.Status, error) { return control.Status{}, fs.ErrPermission }
	b.Denied = func(err error) bool { return errors.Is(err, fs.ErrPermission) }
	if r := run(b, doctor.Options{})[0]; r.Code != faults.DaemonNotAsked || r.State != doctor.Warn || !strings.HasPrefix(r.Next, "sudo ") {
		t.Errorf("%+v", r)
	}
}

func TestLookupsThatAreSlowOrNotProven(t *testing.T) {
	b := well()
	b.Lookups = func(context.Context, int) (doctor.Lookups, error) {
		return doctor.Lookups{P99: 80 * time.Millisecond}, nil
	}
	if r := find(t, run(b, doctor.Options{}), faults.RowSnapshot, ""); r.Code != faults.SnapshotSlow || !strings.Contains(r.Detail, "80ms") {
		t.Errorf("%+v", r)
	}
	b.Lookups = func(context.Context, int) (doctor.Lookups, error) { return doctor.Lookups{}, errors.New("not proven") }
	if r := find(t, run(b, doctor.Options{}), faults.RowSnapshot, ""); r.Code != faults.SnapshotDamaged {
		t.Errorf("%+v", r)
	}
}

func TestTheTestCodeTellsAScannerThatDamagesLetters(t *testing.T) {
	b := well()
	for whole, want := range map[bool]faults.Code{true: "", false: faults.ScannerGarbles} {
		b.Code = func(context.Context) (doctor.Seen, error) {
			return doctor.Seen{Lane: "1", Reader: "scanner", Whole: whole}, nil
		}
		r := find(t, run(b, doctor.Options{Scan: true}), faults.RowScanner, "1/scanner")
		if r.Code != want || whole && !strings.Contains(r.Detail, "letter by letter") {
			t.Errorf("%+v", r)
		}
	}
	b.Code = func(context.Context) (doctor.Seen, error) { return doctor.Seen{}, errors.New("nobody showed it") }
	if r := find(t, run(b, doctor.Options{Scan: true}), faults.RowScanner, "1/scanner"); r.State != doctor.Unknown || r.Detail != "nobody showed it" {
		t.Errorf("%+v", r)
	}
}

func TestLampsAreLitOnlyWhenAsked(t *testing.T) {
	b := well()
	var lit []string
	b.Walk = func(_ context.Context, lane string) error { lit = append(lit, lane); return nil }
	run(b, doctor.Options{})
	if len(lit) > 0 {
		t.Errorf("lit: %v", lit)
	}
	if r := find(t, run(b, doctor.Options{Lamps: true}), faults.RowGate, "1"); len(lit) != 1 || !strings.Contains(r.Detail, "each was lit") {
		t.Errorf("%v %+v", lit, r)
	}
}

// A part whose fault another brings about is not said to be well.
func TestWhatIsHiddenWaits(t *testing.T) {
	b := well()
	s, _ := b.Status(context.Background())
	s.Link = control.Link{Broker: "ssl://broker.example:8883"}
	b.Status = func(context.Context) (control.Status, error) { return s, nil }
	b.Machine = func() control.Machine { return control.Machine{} }
	b.Broker = func(context.Context) (doctor.Reached, error) {
		return doctor.Nobody, errors.New("network is unreachable")
	}
	rows := run(b, doctor.Options{})
	if r := find(t, rows, faults.RowNetwork, ""); r.Code != faults.CableOut {
		t.Errorf("%+v", r)
	}
	if r := find(t, rows, faults.RowBroker, ""); r.State != doctor.Unknown || r.Code != "" || !strings.Contains(r.Detail, "The cable is out") {
		t.Errorf("%+v", r)
	}
}
