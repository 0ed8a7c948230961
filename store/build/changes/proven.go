package changes

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"checkpoint/store/build/state"
	"checkpoint/store/snapshot"
)

// Standings is what a snapshot says of everybody, entry by entry, held against
// the snapshot itself: who is in the state is in the layers, and who is in the
// layers is in the state. A state that hides people who vanish, or belongs to
// other layers, does not pass. What it says of each of them cannot be proven
// without building anew, since the layers' records are sealed.
type Standings struct {
	state     *state.Reader
	documents *snapshot.Documents
	layers    int
	probe     bool // it was met; it is in every layer and in no state
}

// ErrNoState: no state lies beside a snapshot.
var ErrNoState = errors.New("there is no state file")

// Open opens what the snapshot in dir says. [state.ErrOther]: the state beside
// it is of another snapshot. [ErrNoState]: there is none.
func Open(dir string, m *snapshot.Manifest) (*Standings, error) {
	path := state.Path(dir)
	r, err := state.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoState, path)
	}
	if err != nil {
		return nil, err
	}
	h := r.Header()
	err = h.Of(m)
	if err == nil && h.Pepper != m.Layers[0].Header.Pepper {
		err = fmt.Errorf("%w: built with another pepper", state.ErrOther)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), r.Close())
	}
	documents, err := snapshot.OpenDocuments(dir, m)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &Standings{state: r, documents: documents, layers: len(m.Layers)}, nil
}

// Header says of which snapshot the state is, and how much it holds.
func (s *Standings) Header() state.Header { return s.state.Header() }

// Close lets go of the files.
func (s *Standings) Close() error { return errors.Join(s.state.Close(), s.documents.Close()) }

// Next implements [Entries].
func (s *Standings) Next() (*snapshot.Standing, error) {
	now, err := s.state.Next()
	if err != nil {
		return nil, err
	}
	for {
		doc, more, err := s.documents.Next()
		switch {
		case err != nil:
			return nil, err
		case !more && now == nil:
			return nil, nil
		case more && now != nil && doc.Tag == now.Tag && doc.Person == now.Person:
			return now, nil
		case more && !s.probe && doc.Person && doc.Layers == s.layers && (now == nil || bytes.Compare(doc.Tag[:], now.Tag[:]) < 0):
			s.probe = true
		default:
			return nil, fmt.Errorf("%w: it does not name the documents that are in the layers", state.ErrOther)
		}
	}
}
