package control

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/console/faults"
)

// Machine is what the box's board says of itself.
type Machine struct {
	// Networks is how many network interfaces other than the box's own loop have
	// a link now; negative: it cannot be told.
	Networks         int     `json:"networks"`
	LowVoltage       bool    `json:"low_voltage"`
	LowVoltageBefore bool    `json:"low_voltage_before"` // since the start of the machine
	Volts            string  `json:"volts,omitempty"`    // who says so; empty: no sensor
	Celsius          float64 `json:"celsius,omitempty"`  // of the hottest zone; 0: no sensor
	Disk             Disk    `json:"disk"`               // that holds the state directory
}

// Disk is a file system and what it lies on.
type Disk struct {
	Size     uint64 `json:"size_bytes"` // 0: it cannot be asked
	Free     uint64 `json:"free_bytes"` // for the daemon
	ReadOnly bool   `json:"read_only"`
	Fault    string `json:"fault,omitempty"` // why nothing can be written
	Wear     int    `json:"wear_percent"`    // of its life, in tens; 0: it does not say
}

// Where a board is in trouble.
const (
	tooHot       = 80       // °C: where a Raspberry Pi begins to slow down
	diskReserve  = 16 << 20 // bytes: a segment of the journal
	diskLow      = 64 << 20 // bytes: what an update leaves for records
	worn         = 90       // percent
	certificate  = 30 * 24 * time.Hour
	waitedEnough = 24 * time.Hour
)

// Told is what is to be told: as it was watched, or all at once where nobody
// watches how long it lasts.
func (s Status) Told() []faults.Found {
	if s.Faults != nil {
		return s.Faults
	}
	return faults.Told(s.Found())
}

// Found is all that is wrong, causes and what they bring about alike.
func (s Status) Found() []faults.Found {
	if s.Box == "" {
		if s.Fault == "" {
			return nil
		}
		return []faults.Found{{Code: faults.NotConfigured, Detail: s.Fault}}
	}
	var l list
	l.when(s.Fault != "" && s.Fault != s.Journal.Fault, faults.KeysUnusable, s.Fault)
	l.when(!s.Clock.Trusted, faults.ClockNotTrusted, s.Clock.Time.Format(time.RFC3339))
	for _, lane := range s.Lanes {
		l.lane(lane)
	}
	l.data(s)
	l.journal(s)
	l.link(s)
	l.province(s)
	if s.Page != nil {
		l.when(s.Page.URL == "", faults.PageNotOpen, s.Page.Fault)
	}
	if s.Screen != nil { // a panel that nobody set is as bright as it should be
		l.when(s.Screen.Set != 0 && s.Screen.Fault != "", faults.ScreenNotSet, s.Screen.Fault)
	}
	if s.Machine != nil {
		l.machine(*s.Machine, s.Link)
	}
	return l
}

type list []faults.Found

func (l *list) when(is bool, c faults.Code, detail string) { l.at(is, c, "", detail) }

func (l *list) at(is bool, c faults.Code, where, detail string) {
	if is {
		*l = append(*l, faults.Found{Code: c, Where: where, Detail: detail})
	}
}

func (l *list) lane(s LaneStatus) {
	for _, r := range s.Readers {
		gone := faults.ScannerGone
		if slices.Contains(s.Cameras, r.Name) {
			gone = faults.CameraGone
		}
		where := s.Name + "/" + r.Name
		l.at(!r.Connected, gone, where, s.ReaderFail[r.Name])
		l.at(r.Sight != checkpoint.SightClear, faults.CameraBlind, where, string(r.Sight))
	}
	l.at(s.GateFail != "", faults.GateLost, s.Name, strings.ReplaceAll(s.GateFail, "\n", "; "))
	l.at(s.Disagree != "", faults.GateDisagrees, s.Name, string(s.Disagree))
	for _, c := range s.Contacts {
		l.at(c == checkpoint.ContactTamper.String(), faults.BoxOpened, s.Name, "")
	}
}

func (l *list) data(s Status) {
	age := s.Clock.Time.Sub(s.Snapshot.Created)
	of := fmt.Sprintf("no. %d of %s", s.Snapshot.Number, s.Snapshot.Created.Format(time.RFC3339))
	switch none := s.Snapshot.Number == 0; {
	case none:
		l.when(true, faults.NoSnapshot, s.Snapshot.Fault)
	default:
		l.when(s.Snapshot.Fault != "", faults.SnapshotDamaged, s.Snapshot.Fault)
		l.when(age.Hours() > s.Snapshot.NoGreenHours, faults.SnapshotTooOld, of)
		l.when(age.Hours() > s.Snapshot.FreshHours, faults.SnapshotStale, of)
	}
	if u := s.Update; u != nil {
		l.when(u.Fault != "", faults.UpdatesFail, u.Fault)
		l.when(u.Stale, faults.UpdatesStale, "")
	}
}

func (l *list) journal(s Status) {
	j := s.Journal
	l.when(j.Full, faults.QueueFull, fmt.Sprintf("%d records, %d kB", j.Waiting, j.Bytes/1000))
	l.when(j.Damaged > 0, faults.JournalDamaged, j.Fault)
	l.when(j.Fault != "" && j.Damaged == 0, faults.JournalMissing, j.Fault)
	since := j.Oldest
	if s.Link.LastMark.After(since) {
		since = s.Link.LastMark
	}
	l.when(s.Link.Broker != "" && j.Waiting > 0 && s.Clock.Time.Sub(since) > waitedEnough, faults.QueueOld,
		fmt.Sprintf("%d records, none taken since %s", j.Waiting, since.Format(time.RFC3339)))
}

func (l *list) link(s Status) {
	if s.Link.Broker == "" {
		return
	}
	l.when(s.Link.Fault != "", faults.LinkNotSetUp, s.Link.Fault)
	l.when(!s.Link.Connected, faults.BrokerUnreachable, s.Link.Broker)
	l.when(s.Link.Connected && !s.Link.Collector, faults.CollectorAbsent, "")
	l.when(s.Link.Forged > 0, faults.MarksForged, fmt.Sprintf("%d since the start", s.Link.Forged))
}

func (l *list) province(s Status) {
	if c := s.Certificate; c != nil {
		over := !c.Until.IsZero() && s.Clock.Time.After(c.Until)
		l.when(over, faults.CertificateOver, c.Until.Format(time.RFC3339))
		ends := !over && !c.Until.IsZero() && s.Clock.Time.After(c.Until.Add(-certificate))
		l.when(!over && c.Fault != "" || ends, faults.CertificateEnds, strings.TrimSpace(c.Until.Format(time.RFC3339)+" "+c.Fault))
	}
	if c := s.Commands; c != nil {
		l.when(c.Refused > 0, faults.CommandsRefused, fmt.Sprintf("%d, the last one: %s", c.Refused, c.LastRefusal))
	}
}

// machine also tells a cable that is out, where something waits for it.
func (l *list) machine(m Machine, link Link) {
	l.when(link.Broker != "" && !link.Connected && m.Networks == 0 && !ownMachine(link.Broker), faults.CableOut, "no network interface has a link")
	*l = append(*l, m.Found()...)
}

// ownMachine tells whether a broker is on the box itself, as where the box is
// tried out.
func ownMachine(broker string) bool {
	u, err := url.Parse(broker)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Found is what is wrong with the board.
func (m Machine) Found() []faults.Found {
	var l list
	l.when(m.LowVoltage, faults.LowVoltage, m.Volts)
	l.when(m.LowVoltageBefore, faults.LowVoltageBefore, m.Volts)
	l.when(m.Celsius >= tooHot, faults.TooHot, fmt.Sprintf("%.0f °C", m.Celsius))
	d := m.Disk
	if d.Size == 0 {
		return l
	}
	free := fmt.Sprintf("%d MB of %d MB free", d.Free/1e6, d.Size/1e6)
	full := d.Free < diskReserve
	l.when(d.ReadOnly || d.Fault != "" && !full, faults.DiskReadOnly, d.Fault)
	l.when(full, faults.DiskFull, free)
	l.when(d.Free < diskLow, faults.DiskNearlyFull, free)
	l.when(d.Wear >= worn, faults.DiskWorn, fmt.Sprintf("%d %% of its life", d.Wear))
	return l
}
