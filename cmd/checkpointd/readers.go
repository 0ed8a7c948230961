package main

import (
	"checkpoint/cmd/internal/readers"
	"checkpoint/console/control"
)

// openReaders makes a lane's readers. They seek their devices once they run.
func (b *box) openReaders(l *lane) {
	for _, c := range l.config.Readers {
		b.readers[l] = append(b.readers[l], readers.New(c, tap{l, &b.codes, b.clock, b.claims}, b.log.With("lane", l.config.Name)))
	}
}

// readerFaults says of each reader of a lane that is not connected why; nil: all
// are.
func (b *box) readerFaults(l *lane) map[string]string {
	var faults map[string]string
	for _, r := range b.readers[l] {
		if why := r.Fault(); why != "" {
			if faults == nil {
				faults = map[string]string{}
			}
			faults[r.Name] = why
		}
	}
	return faults
}

// cameraNames are which of a lane's readers are cameras.
func (b *box) cameraNames(l *lane) (names []string) {
	for _, r := range b.readers[l] {
		if r.Camera != nil {
			names = append(names, r.Name)
		}
	}
	return names
}

// cameras are the live pictures of all lanes.
func (b *box) cameras() map[control.CameraName]control.Camera {
	list := map[control.CameraName]control.Camera{}
	for lane, all := range b.readers {
		for _, r := range all {
			if r.Camera != nil {
				list[control.CameraName{Lane: lane.config.Name, Reader: r.Name}] = r.Camera
			}
		}
	}
	return list
}
