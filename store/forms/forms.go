// Package forms remembers on the box which paper forms have yet to be copied to
// the end. What was copied is in the journal at once, sealed to the province:
// here is only where. The paper carries the record's reference, so the list
// names nobody, whoever takes the card out of the box.
package forms

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"checkpoint"
	"checkpoint/store/durable"
)

// Most bounds the list: a busy post writes some hundred forms a day. The oldest
// gives way.
const Most = 2000

// List is the forms that wait. It is safe for concurrent use.
type List struct {
	file durable.Bytes

	mu   sync.Mutex
	wait []checkpoint.PendingForm // in the order in which they came
}

// entry is a form in the file.
type entry struct {
	Epoch uint64    `json:"epoch"`
	Seq   uint64    `json:"seq"`
	Time  time.Time `json:"time"`
	Lane  string    `json:"lane"`
}

// Open reads the list in a file; without one it is empty. With an error the list
// begins anew.
func Open(path string) (*List, error) {
	l := &List{file: durable.Bytes(path)}
	text, err := l.file.Load()
	var all []entry
	if err == nil && text != nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return l, fmt.Errorf("the list of paper forms begins anew: %w", err)
	}
	for _, e := range all {
		l.wait = append(l.wait, checkpoint.PendingForm{At: checkpoint.Position{Epoch: e.Epoch, Seq: e.Seq}, Time: e.Time, Lane: e.Lane})
	}
	return l, nil
}

// Note follows a record that is on disk: the first lines of a form are added to
// the list, the rest of one takes it off. It returns once the list is on disk.
func (l *List) Note(r checkpoint.Record, at checkpoint.Position) error {
	if r.Kind != checkpoint.RecordDecision || r.Format != checkpoint.FormatPaperForm {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Refers.IsZero() {
		l.wait = append(l.wait, checkpoint.PendingForm{At: at, Time: r.Time, Lane: r.Lane})
		l.wait = l.wait[max(0, len(l.wait)-Most):]
	} else {
		l.wait = slices.DeleteFunc(l.wait, func(p checkpoint.PendingForm) bool { return p.At == r.Refers })
	}
	return l.save()
}

func (l *List) save() error {
	all := []entry{}
	for _, p := range l.wait {
		all = append(all, entry{p.At.Epoch, p.At.Seq, p.Time, p.Lane})
	}
	text, err := json.Marshal(all)
	if err == nil {
		err = l.file.Save(text)
	}
	if err != nil {
		return fmt.Errorf("keep the list of paper forms: %w", err)
	}
	return nil
}

// Waiting are the forms that wait, the oldest first.
func (l *List) Waiting() []checkpoint.PendingForm {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.wait)
}
