package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"checkpoint/sync/collector/view/provincetest"
)

// kept says what a directory holds: writing a month takes an hour, asking minutes,
// and a question that takes too long is asked again and again.
type kept struct {
	Province provincetest.Province
	Days     int
	Asked    int // records that were asked for
	Lanes    int

	First    time.Time // day
	Records  int
	Register string // how long it took
	Month    string
	Size     string // of the database
}

const keptFile = "month.json" // there only when the month is whole

// asked is what this run was asked for.
func (b *bench) asked() *kept {
	return &kept{Province: b.province, Days: b.days, Asked: b.wanted, Lanes: b.lanes}
}

// recall is what an earlier run kept; nil when there is nothing.
func (b *bench) recall(dir string) (*kept, error) {
	text, err := os.ReadFile(filepath.Join(dir, keptFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, fmt.Errorf("%s: %w", keptFile, err)
	}
	want := b.asked()
	if k.Province != want.Province || k.Days != want.Days || k.Asked != want.Asked || k.Lanes != want.Lanes {
		return nil, fmt.Errorf("%s holds another month (%+v): give its --records, --people, --days, --lanes and --seed, or another --keep", dir, k)
	}
	return &k, nil
}

func (k *kept) write(dir string) error {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, keptFile), append(text, '\n'), 0o600)
}
