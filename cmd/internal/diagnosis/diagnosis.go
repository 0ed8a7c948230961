// Package diagnosis is what a box tells somebody who is to help it: on a stick by
// `checkpointctl doctor --bundle`, or sealed over the network when the province
// orders it.
//
// It promises to hold nothing about a person: no verdict with a time, no number,
// no secret.
package diagnosis

import (
	"runtime"
	"time"

	"checkpoint/console/control"
	"checkpoint/console/doctor"
)

// Diagnosis is the file.
type Diagnosis struct {
	Box       string         `json:"box"`
	At        time.Time      `json:"at"`
	Running   string         `json:"running,omitempty"` // since the daemon's start
	FreeBytes uint64         `json:"free_bytes"`
	Memory    uint64         `json:"memory_bytes,omitempty"` // from the system, by the daemon
	Tasks     int            `json:"tasks,omitempty"`
	Status    control.Status `json:"status"`
	Rows      []doctor.Row   `json:"doctor,omitempty"`
}

// Of is the diagnosis of a status. What a lane decided last is left out: with
// the time that tells of a person.
func Of(s control.Status, at time.Time) Diagnosis {
	lanes := make([]control.LaneStatus, len(s.Lanes))
	for i, l := range s.Lanes {
		l.Verdict, l.Reason, l.State = "", "", ""
		lanes[i] = l
	}
	s.Lanes = lanes
	d := Diagnosis{Box: s.Box, At: at, Status: s}
	if s.Machine != nil {
		d.FreeBytes = s.Machine.Disk.Free
	}
	return d
}

// RunningSince adds what the daemon knows of its own process.
func (d Diagnosis) RunningSince(started time.Time) Diagnosis {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	d.Running, d.Memory, d.Tasks = time.Since(started).Round(time.Second).String(), memory.Sys, runtime.NumGoroutine()
	return d
}
