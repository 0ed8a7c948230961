package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"checkpoint/cmd/internal/checkup"
	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
	"checkpoint/console/daylog"
	"checkpoint/console/doctor"
	"checkpoint/console/page"
	"checkpoint/console/shift"
)

// desk is what the guard's page may ask of the box beside its lanes.
type desk struct{ *box }

var _ page.Desk = desk{}

func (d desk) Shift() (now, last shift.Sheet) { return d.shift.Now(), d.shift.Last() }

// HandOver records at each lane who goes and who comes; nobody leaves or comes
// where nothing was typed.
func (d desk) HandOver(ctx context.Context, from, to string) error {
	for _, l := range d.lanes {
		if from != "" {
			if err := l.Shift(ctx, false, from); err != nil {
				return err
			}
		}
		if to != "" {
			if err := l.Shift(ctx, true, to); err != nil {
				return err
			}
		}
	}
	now, _ := d.clock.Now()
	if err := d.shift.HandOver(now, from, to); err != nil {
		d.log.Error("the shift's account is not saved", "error", err)
	}
	return nil
}

// Look records the look before it gives anything away.
func (d desk) Look(ctx context.Context, q daylog.Query) ([]daylog.Entry, int, error) {
	if err := d.lanes[0].LogLooked(ctx); err != nil {
		return nil, 0, err
	}
	now, _ := d.clock.Now()
	found, all := d.looked.Find(q, now)
	return found, all, nil
}

var errNoLane = errors.New("no such lane on this box")

func (d desk) lane(name string) (*lane, error) {
	for _, l := range d.lanes {
		if l.config.Name == name {
			return l, nil
		}
	}
	return nil, errNoLane
}

func (d desk) Train(ctx context.Context, lane string) error {
	l, err := d.lane(lane)
	if err != nil {
		return err
	}
	return l.Train(ctx)
}

func (d desk) EndTraining(ctx context.Context, lane string) error {
	l, err := d.lane(lane)
	if err != nil {
		return err
	}
	return l.EndTraining(ctx)
}

func (d desk) Sample(lane string) {
	if l, err := d.lane(lane); err == nil {
		l.school.Sample()
	}
}

func (d desk) Cameras() (all []page.Camera) {
	for _, l := range d.lanes {
		for _, r := range d.readers[l] {
			if r.Camera != nil {
				all = append(all, page.Camera{Lane: l.config.Name, Reader: r.Name, Of: r.Camera})
			}
		}
	}
	return all
}

// Settings are the configuration that is in force, without secrets: the keys as
// the file has them, so that a technician finds the line.
func (d desk) Settings() []page.Setting {
	c := d.config
	all := []page.Setting{
		{Name: "box", Value: c.Box}, {Name: "province", Value: c.Province}, {Name: "site", Value: c.Site + " (" + c.SiteType + ")"},
		{Name: "version", Value: version()}, {Name: "state_dir", Value: c.StateDir}, {Name: "decision_inputs", Value: strings.Join(c.DecisionInputs, ", ")},
		{Name: "lead_pins", Value: strconv.Itoa(len(c.LeadPINs))}, {Name: "page.listen", Value: c.Page.Listen}, {Name: "mqtt.broker", Value: c.MQTT.Broker},
		{Name: "clock.mode", Value: fmt.Sprint(c.Clock.Mode)},
	}
	for i, l := range c.Lanes {
		all = append(all, laneSettings(fmt.Sprintf("lane[%d]", i), l)...)
	}
	return all
}

func laneSettings(key string, l config.Lane) []page.Setting {
	all := []page.Setting{
		{Name: key, Value: l.Name + " · " + l.Direction},
		{Name: key + ".gate", Value: l.Gate.Driver},
	}
	for i, r := range l.Readers {
		all = append(all, page.Setting{Name: fmt.Sprintf("%s.reader[%d]", key, i), Value: fmt.Sprintf("%s · %s %s", r.Name, r.Kind, r.Path)})
	}
	return all
}

// Test looks at the box as checkpointctl doctor does, through the daemon's own
// socket.
func (d desk) Test(ctx context.Context) []doctor.Row {
	box := checkup.Of(d.config, d.config.StateDir, control.NewClient(d.config.RunDir), nil)
	return doctor.Run(ctx, box, doctor.Options{})
}

// endSessions signs off whoever was signed in on a device: the next shift has
// PINs of its own.
func (b *box) endSessions() {
	if b.access == nil {
		return
	}
	if err := b.access.EndShift(); err != nil {
		b.log.Error("sessions of the shift are not ended", "error", err)
	}
}
