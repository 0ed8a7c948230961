// Package machine looks at the machine that a box runs on, for its status and
// for doctor.
package machine

import (
	"errors"
	"io/fs"
	"os"

	"checkpoint/console/control"
	"checkpoint/device/board"
)

// Look reads how the machine fares. It writes nothing: a card must not wear off
// by being looked at.
func Look(stateDir string) control.Machine {
	var m control.Machine
	if n, err := board.Networks(); err == nil {
		m.Networks = n
	} else {
		m.Networks = -1 // not none: nobody is sent to look for a cable
	}
	m.Celsius, _ = board.Celsius(board.Sys)
	v := board.Supply(board.Sys)
	m.Volts, m.LowVoltage, m.LowVoltageBefore = v.Source, v.Low, v.Before
	disk, err := board.DiskOf(stateDir)
	if err != nil {
		return m
	}
	m.Disk = control.Disk{Size: disk.Size, Free: disk.Free, ReadOnly: disk.ReadOnly}
	m.Disk.Wear, _ = board.Wear(board.Sys, stateDir)
	return m
}

// Write tries whether the box can keep anything in its state directory. That
// the caller may not, being another user, is no error.
func Write(stateDir string) error {
	f, err := os.CreateTemp(stateDir, ".doctor-")
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	_, errWrite := f.WriteString("doctor\n")
	return errors.Join(errWrite, f.Sync(), f.Close(), os.Remove(f.Name()))
}
