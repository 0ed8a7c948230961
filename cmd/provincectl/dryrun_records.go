package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/chain"
	"checkpoint/store/build/state"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/verify/policy"
)

// everyDecision calls do with each decision, and with the one about the paper that
// was shown before it and together with which it was decided; nil: none was. It can
// be asked again.
type everyDecision func(do func(r checkpoint.Record, with *checkpoint.Record) error) error

// together is how far apart, at most, the first of two papers is left without an
// answer and both are decided on: the lane does both in one step.
const together = time.Second

// inPairs finds out which of a lane's decisions go together. They come by box and
// lane, in order of time.
func inPairs(do func(r checkpoint.Record, with *checkpoint.Record) error) func(postgres.Decided) error {
	var first postgres.Decided
	return func(d postgres.Decided) error {
		if apart := d.Time.Sub(first.Left).Abs(); first.Box == d.Box && first.Lane == d.Lane && !first.Left.IsZero() && apart <= together {
			with := first.Record
			first.Left = d.Left // a third paper is held against the first as well
			return do(d.Record, &with)
		}
		first = d
		return do(d.Record, nil)
	}
}

// records are the decisions that the command line names.
func (d *dryRun) records(ctx context.Context) (everyDecision, error) {
	if d.database != "" {
		day, err := checkpoint.ParseDate(d.journal)
		if err != nil || day.Day == 0 {
			return nil, cli.Usage("policy dry-run: --journal: with --database want a day, YYYY-MM-DD")
		}
		days, err := daykeys.Open(d.dayKeys)
		if err != nil {
			return nil, cli.Hint(err, "--day-keys: như trong cấu hình của collectord / --day-keys: as in collectord's configuration")
		}
		return func(do func(checkpoint.Record, *checkpoint.Record) error) error {
			return postgres.Decisions(ctx, d.database, days, day, d.boxes, inPairs(do))
		}, nil
	}
	key, err := keys.ReadRecords(d.recordsKey)
	if err != nil {
		return nil, err
	}
	files, err := segmentFiles(d.journal)
	opener := &collector.KeyOpener{Key: key}
	return func(do func(checkpoint.Record, *checkpoint.Record) error) error {
		for _, file := range files {
			if err := decisionsOf(file, opener, inPairs(do)); err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(file), err)
			}
		}
		return nil
	}, err
}

// segmentFiles are the journal's files below a path, or the file itself.
func segmentFiles(path string) (files []string, err error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	return files, filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(name, ".seg") {
			files = append(files, name)
		}
		return err
	})
}

// decisionsOf are those of a segment, by lane.
func decisionsOf(file string, opener *collector.KeyOpener, do func(postgres.Decided) error) error {
	var all []postgres.Decided
	at := map[uint64]int{} // by sequence
	err := journal.ReadFile(file, func(header []byte, s journal.Sealed) error {
		r, err := opener.Open(header, s)
		switch {
		case err != nil:
			return err
		case r.Kind == checkpoint.RecordDecision && r.Refers.IsZero():
			at[s.Seq] = len(all)
			all = append(all, postgres.Decided{Record: r})
		case r.Kind == checkpoint.RecordOutcome && r.Outcome == checkpoint.Undecided:
			if n, here := at[r.Refers.Seq]; here { // else of a segment before
				all[n].Left = r.Time
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b postgres.Decided) int { return cmp.Compare(a.Lane, b.Lane) })
	for _, d := range all {
		if err := do(d); err != nil {
			return err
		}
	}
	return nil
}

// staleFor is an age of data at which the policy lets nobody pass by itself.
func staleFor(p *policy.Policy) time.Duration {
	return time.Duration((p.Limits().NoGreenHours + 1) * float64(time.Hour))
}

// holders is what the data says of everybody who was decided about, by the tag
// of the paper or of the main document that the paper leads to.
type holders struct {
	person map[snapshot.Tag]*checkpoint.Person
	main   map[snapshot.Tag]snapshot.Tag
}

func (h *holders) of(tag snapshot.Tag) *checkpoint.Person {
	if main, further := h.main[tag]; further {
		tag = main
	}
	return h.person[tag]
}

// findHolders reads the state twice: papers lead to main documents.
func findHolders(s chain.Snapshot, pepper snapshot.Pepper, each everyDecision) (holders, error) {
	h := holders{map[snapshot.Tag]*checkpoint.Person{}, map[snapshot.Tag]snapshot.Tag{}}
	wanted := map[snapshot.Tag]bool{}
	err := each(func(r checkpoint.Record, _ *checkpoint.Record) error {
		if r.Rule != "" && r.Number != "" {
			wanted[pepper.Tag(r.Document, r.Number)] = true
		}
		return nil
	})
	for range 2 {
		if err == nil {
			err = h.read(s, pepper, wanted)
		}
		wanted = map[snapshot.Tag]bool{}
		for _, main := range h.main {
			wanted[main] = true
		}
	}
	return h, err
}

func (h *holders) read(s chain.Snapshot, pepper snapshot.Pepper, wanted map[snapshot.Tag]bool) error {
	if len(wanted) == 0 {
		return nil
	}
	r, err := s.State(pepper)
	if err != nil {
		return err
	}
	defer r.Close() // read only: nothing can be lost
	for {
		stands, err := r.Next()
		if err != nil || stands == nil {
			return err
		}
		if !wanted[stands.Tag] {
			continue
		}
		if err := h.take(stands, pepper); err != nil {
			return fmt.Errorf("%w: %w", state.ErrDamaged, err)
		}
	}
}

func (h *holders) take(s *snapshot.Standing, pepper snapshot.Pepper) error {
	if !s.Person {
		kind, number, err := s.Main()
		h.main[s.Tag] = pepper.Tag(kind, number)
		return err
	}
	person, err := s.Facts()
	h.person[s.Tag] = &person
	return err
}
