package control_test

import (
	"slices"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/faults"
)

// well is a box with nothing to complain of.
func well() control.Status {
	now := time.Date(2021, 10, 15, 1, 0, 0, 0, time.UTC)
	return control.Status{
		Box: "b1", Clock: control.Clock{Time: now, Trusted: true},
		Lanes: []control.LaneStatus{{
			Name: "1", Cameras: []string{"camera"},
			Readers: []checkpoint.ReaderState{{Name: "scanner", Connected: true}, {Name: "camera", Connected: true}},
		}},
		Snapshot:    control.Snapshot{Number: 7, Created: now.Add(-time.Hour), FreshHours: 24, NoGreenHours: 48},
		Link:        control.Link{Broker: "ssl://b:8883", Connected: true, Collector: true, LastMark: now},
		Certificate: &control.Certificate{Until: now.Add(300 * 24 * time.Hour)},
		Machine:     &control.Machine{Networks: 1, Disk: control.Disk{Size: 8e9, Free: 4e9}},
	}
}

func TestEachFaultIsFoundAndNothingElseIsTold(t *testing.T) {
	for want, wrong := range map[faults.Code]func(*control.Status){
		"":                   func(*control.Status) {},
		faults.NotConfigured: func(s *control.Status) { *s = control.Status{Fault: "unknown key"} },
		faults.KeysUnusable:  func(s *control.Status) { s.Fault, s.Snapshot.Number, s.Journal.Fault = "read pepper", 0, "no keys" },
		faults.ScannerGone:   func(s *control.Status) { s.Lanes[0].Readers[0].Connected = false },
		faults.CameraGone:    func(s *control.Status) { s.Lanes[0].Readers[1].Connected = false },
		faults.CameraBlind:   func(s *control.Status) { s.Lanes[0].Readers[1].Sight = checkpoint.SightDark },
		faults.GateLost:      func(s *control.Status) { s.Lanes[0].GateFail = "no GPIO line" },
		faults.GateDisagrees: func(s *control.Status) { s.Lanes[0].Disagree = checkpoint.FoundDoorStayedShut },
		faults.BoxOpened:     func(s *control.Status) { s.Lanes[0].Contacts = []string{checkpoint.ContactTamper.String()} },
		faults.ClockNotTrusted: func(s *control.Status) {
			s.Clock.Trusted, s.Clock.Time = false, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
		},
		faults.NoSnapshot:        func(s *control.Status) { s.Snapshot = control.Snapshot{Fault: "no snapshot loaded"} },
		faults.SnapshotDamaged:   func(s *control.Status) { s.Snapshot.Fault = "damaged" },
		faults.SnapshotStale:     func(s *control.Status) { s.Snapshot.Created = s.Clock.Time.Add(-25 * time.Hour) },
		faults.SnapshotTooOld:    func(s *control.Status) { s.Snapshot.Created = s.Clock.Time.Add(-49 * time.Hour) },
		faults.UpdatesFail:       func(s *control.Status) { s.Update = &control.Update{Fault: "404"} },
		faults.UpdatesStale:      func(s *control.Status) { s.Update = &control.Update{Stale: true} },
		faults.QueueFull:         func(s *control.Status) { s.Journal.Full = true },
		faults.JournalDamaged:    func(s *control.Status) { s.Journal.Damaged, s.Journal.Fault = 1, "1 damaged segment" },
		faults.JournalMissing:    func(s *control.Status) { s.Fault, s.Journal.Fault = "lock", "lock" },
		faults.QueueOld:          func(s *control.Status) { s.Journal.Waiting, s.Link.LastMark = 1, s.Clock.Time.Add(-25*time.Hour) },
		faults.LinkNotSetUp:      func(s *control.Status) { s.Link.Fault, s.Link.Connected = "no certificate", false },
		faults.BrokerUnreachable: func(s *control.Status) { s.Link.Connected, s.Link.Collector = false, false },
		faults.CollectorAbsent:   func(s *control.Status) { s.Link.Collector = false },
		faults.CableOut:          func(s *control.Status) { s.Link.Connected, s.Machine.Networks = false, 0 },
		faults.CertificateOver:   func(s *control.Status) { s.Certificate.Until, s.Link.Connected = s.Clock.Time.Add(-1), false },
		faults.CertificateEnds:   func(s *control.Status) { s.Certificate.Until = s.Clock.Time.Add(time.Hour) },
		faults.PageNotOpen:       func(s *control.Status) { s.Page = &control.Page{Fault: "address already in use"} },
		faults.ScreenNotSet:      func(s *control.Status) { s.Screen = &control.Screen{Set: 50, Fault: "permission denied"} },
		faults.MarksForged:       func(s *control.Status) { s.Link.Forged = 1 },
		faults.CommandsRefused:   func(s *control.Status) { s.Commands = &control.Commands{Refused: 1} },
		faults.LowVoltage:        func(s *control.Status) { s.Machine.LowVoltage, s.Machine.LowVoltageBefore = true, true },
		faults.LowVoltageBefore:  func(s *control.Status) { s.Machine.LowVoltageBefore = true },
		faults.TooHot:            func(s *control.Status) { s.Machine.Celsius = 81 },
		faults.DiskReadOnly:      func(s *control.Status) { s.Machine.Disk.ReadOnly, s.Journal.Full = true, true },
		faults.DiskFull: func(s *control.Status) {
			s.Machine.Disk.Free, s.Machine.Disk.Fault, s.Journal.Full = 1, "no space", true
		},
		faults.DiskNearlyFull: func(s *control.Status) { s.Machine.Disk.Free = 60e6 },
		faults.DiskWorn:       func(s *control.Status) { s.Machine.Disk.Wear = 90 },
	} {
		s := well()
		wrong(&s)
		var got []faults.Code
		for _, f := range s.Told() {
			got = append(got, f.Code)
		}
		if wanted := slices.DeleteFunc([]faults.Code{want}, func(c faults.Code) bool { return c == "" }); !slices.Equal(got, wanted) {
			t.Errorf("want %q, told %v", want, got)
		}
	}
}

// A box that nothing waits for needs no cable.
func TestABoxWithoutABrokerMissesNoCable(t *testing.T) {
	s := well()
	s.Link, s.Machine.Networks = control.Link{}, 0
	if told := s.Told(); len(told) > 0 {
		t.Errorf("told: %v", told)
	}
}

// What was watched is told, and nothing is told that has not lasted yet.
func TestTheWatchHasTheWord(t *testing.T) {
	s := well()
	s.Lanes[0].Readers[0].Connected = false
	s.Faults = []faults.Found{}
	if told := s.Told(); len(told) > 0 {
		t.Errorf("told: %v", told)
	}
}
