package checkup

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/certificates"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/console/doctor"
	"checkpoint/console/faults"
	"checkpoint/device/clock"
	"checkpoint/store/durable"
	"checkpoint/sync/enrol"
)

// asleep is a box whose daemon cannot be asked.
type asleep struct{ *config.Config }

func (a *asleep) path(name string) string { return filepath.Join(a.StateDir, name) }

// look is the box's status as far as files and clocks tell it, and which rows it
// fills.
func (a *asleep) look() (control.Status, []faults.Row) {
	now, trusted := a.now()
	s := control.Status{
		Box: a.Box, Province: a.Province, Site: a.Site,
		Clock: control.Clock{Time: now, Trusted: trusted}, Link: control.Link{Broker: a.MQTT.Broker},
	}
	rows := []faults.Row{faults.RowKeys, faults.RowScanner, faults.RowClock, faults.RowSnapshot, faults.RowCertificate}
	for _, l := range a.Lanes {
		s.Lanes = append(s.Lanes, readersOf(l))
	}
	s.Certificate = a.certificate()
	if !a.data(&s) {
		rows = []faults.Row{faults.RowScanner, faults.RowClock}
	}
	return s, rows
}

// now is the time as the daemon would believe it.
func (a *asleep) now() (time.Time, bool) {
	c := clock.New(clock.Options{Mode: a.Clock.Mode, Store: durable.Time(a.path("clock-floor"))})
	_ = c.Restore() // a floor that may not be read leaves the machine's own clock
	return c.Now()
}

// readersOf tells of which readers there is a device. What is named by its
// product only the daemon finds.
func readersOf(l config.Lane) control.LaneStatus {
	s := control.LaneStatus{Name: l.Name, ReaderFail: map[string]string{}}
	for _, r := range l.Readers {
		there := true
		if r.Path != "" {
			_, err := os.Stat(r.Path)
			if there = err == nil; !there {
				s.ReaderFail[r.Name] = err.Error()
			}
		}
		if r.Kind == config.KindCamera {
			s.Cameras = append(s.Cameras, r.Name)
		}
		s.Readers = append(s.Readers, checkpoint.ReaderState{Name: r.Name, Connected: there})
	}
	return s
}

// data says what keys and snapshot lie on the box. It is false when this user
// may not look.
func (a *asleep) data(s *control.Status) bool {
	store, _, err := snapshots.Store(a.StateDir)
	if errors.Is(err, fs.ErrPermission) {
		return false
	}
	if err != nil {
		s.Fault = err.Error()
		return true
	}
	n, err := store.Current()
	if err != nil {
		s.Snapshot.Fault = err.Error()
		return true
	}
	m, err := store.Manifest(n)
	if err != nil {
		s.Snapshot.Fault = err.Error()
		return true
	}
	s.Snapshot.Number, s.Snapshot.Created = n, m.CreatedAt()
	if p, err := snapshots.Policy(m.Policy); err == nil {
		limits := p.Limits()
		s.Snapshot.Policy, s.Snapshot.FreshHours, s.Snapshot.NoGreenHours = p.Number(), limits.FreshHours, limits.NoGreenHours
	} else {
		s.Snapshot.Fault = err.Error()
	}
	return true
}

func (a *asleep) certificate() *control.Certificate {
	identity, err := enrol.ReadIdentity(cmp.Or(a.MQTT.Cert, a.path(enrol.IdentityFile)))
	if err != nil || identity.Leaf == nil {
		return nil
	}
	return &control.Certificate{Until: identity.Leaf.NotAfter}
}

// How long the broker has to answer, and to complain of this box.
const (
	answerWithin   = 5 * time.Second
	complainWithin = time.Second
)

// reach opens a connection to the broker as the daemon does, without a session.
func (a *asleep) reach(ctx context.Context) (doctor.Reached, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	u, err := url.Parse(a.MQTT.Broker)
	if err != nil {
		return doctor.Nobody, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return doctor.Nobody, err
	}
	defer conn.Close()
	if a.MQTT.CA == "" {
		return doctor.Answered, nil
	}
	now, _ := a.now()
	c, err := certificates.Renewable(a.MQTT.CA, a.MQTT.Cert, a.MQTT.Key, func() time.Time { return now })
	if err != nil {
		return doctor.Nobody, err
	}
	c.ServerName = u.Hostname()
	secure := tls.Client(conn, c)
	if err := secure.HandshakeContext(ctx); err != nil {
		return doctor.Refused, err
	}
	// With TLS 1.3 a server says what it thinks of our certificate after the
	// handshake (RFC 8446, 4.4.2); to a good one it waits for us to begin.
	_ = secure.SetReadDeadline(time.Now().Add(complainWithin))
	var timeout net.Error
	if _, err := secure.Read(make([]byte, 1)); err != nil && !(errors.As(err, &timeout) && timeout.Timeout()) {
		return doctor.Refused, err
	}
	return doctor.Answered, nil
}
