package main

import "checkpoint/cmd/internal/readers"

// openReaders makes a lane's readers. They seek their devices once they run.
func (b *box) openReaders(l *lane) {
	for _, c := range l.config.Readers {
		b.readers[l] = append(b.readers[l], readers.New(c, l.Lane, b.log.With("lane", l.config.Name)))
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
