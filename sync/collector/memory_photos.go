package collector

import (
	"context"
	"slices"

	"checkpoint/store/photos"
	"checkpoint/sync/wire"
)

// KeepPieces implements [PhotoStore] in memory.
func (m *Memory) KeepPieces(_ context.Context, pieces []wire.Piece) (whole []Photo, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range pieces {
		name := Photo{p.Box, p.Photo}
		if m.pieces[name] == nil {
			m.pieces[name] = map[uint64][]byte{}
		}
		if m.pieces[name][p.Number] == nil {
			m.pieces[name][p.Number] = slices.Clone(p.Body)
		}
		if m.photo(name) != nil && !slices.Contains(whole, name) {
			whole = append(whole, name)
		}
	}
	return whole, nil
}

// Photo is a photo's sealed bytes; nil while it is not whole.
func (m *Memory) Photo(p Photo) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.photo(p)
}

func (m *Memory) photo(p Photo) (sealed []byte) {
	for n := range uint64(len(m.pieces[p])) {
		sealed = append(sealed, m.pieces[p][n]...)
	}
	if photos.IDOf(sealed) != p.ID {
		return nil
	}
	return sealed
}
