package changes

import (
	"bytes"
	"errors"
	"fmt"

	"checkpoint/store/snapshot"
)

// Census compares who is in two snapshots where a state is missing: by their
// layers alone, of which the tags are proven and the records sealed. Nothing is
// known of outcomes, and Changed stays zero.
func Census(beforeDir string, before *snapshot.Manifest, afterDir string, after *snapshot.Manifest) (r *Result, err error) {
	r = &Result{Matched: before.Layers[0].Header.Pepper == after.Layers[0].Header.Pepper}
	old, err := snapshot.OpenDocuments(beforeDir, before)
	if err != nil {
		return nil, fmt.Errorf("compare snapshots: %w", err)
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	now, err := snapshot.OpenDocuments(afterDir, after)
	if err != nil {
		return nil, fmt.Errorf("compare snapshots: %w", err)
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	if err := r.census(old, now); err != nil {
		return nil, fmt.Errorf("compare snapshots: %w", err)
	}
	// The probe, which is in both, is nobody.
	r.People.Before, r.People.After = r.People.Before-1, r.People.After-1
	return r, nil
}

func (r *Result) census(old, now *snapshot.Documents) error {
	a, moreA, errA := old.Next()
	b, moreB, errB := now.Next()
	for (moreA || moreB) && errA == nil && errB == nil {
		order := bytes.Compare(a.Tag[:], b.Tag[:])
		inA := moreA && (!moreB || order <= 0)
		inB := moreB && (!moreA || order >= 0)
		if inA && inB && a.Person == b.Person {
			r.counted(a.Person, true, true)
		} else {
			if inA {
				r.counted(a.Person, true, false)
			}
			if inB {
				r.counted(b.Person, false, true)
			}
		}
		if inA {
			a, moreA, errA = old.Next()
		}
		if inB {
			b, moreB, errB = now.Next()
		}
	}
	return errors.Join(errA, errB)
}

func (r *Result) counted(person, inBefore, inAfter bool) {
	c := &r.Documents
	if person {
		c = &r.People
	}
	if inBefore {
		c.Before++
	}
	if inAfter {
		c.After++
	}
	switch {
	case !r.Matched:
	case !inBefore:
		c.Added++
	case !inAfter:
		c.Removed++
	}
}
