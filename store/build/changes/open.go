package changes

import (
	"errors"
	"fmt"

	"checkpoint/store/build/state"
	"checkpoint/store/snapshot"
)

// Open opens the state of the snapshot in dir and holds it against the
// manifest, so that what is compared is what is signed. [state.ErrOther]: it is
// of another snapshot.
func Open(dir string, m *snapshot.Manifest) (*state.Reader, error) {
	path := state.Path(dir)
	r, err := state.Open(path)
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
	return r, nil
}
