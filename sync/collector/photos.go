package collector

import (
	"context"
	"fmt"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// Photos come on a topic of their own, into the same queue as records and behind
// them in each group: a photo is never why a record waits for its mark. As with
// records, a message is acknowledged and a mark given only after the commit.

// takePhotos asks for photos. A broker that refuses it holds up no record.
func (s *session) takePhotos(ctx context.Context) {
	if s.Photos == nil {
		return
	}
	if err := s.conn.Subscribe(ctx, wire.SharedPhotos(s.Province), s.queue); err != nil {
		s.Log.Warn("photos not taken: they stay on the boxes; look at the broker's list of rights", "error", err)
	}
}

// sorted tells records from pieces of photos.
func (s *session) sorted(group []link.Message) (records, pieces []link.Message) {
	for _, m := range group {
		if _, err := wire.BoxOf(m.Topic(), s.Province, "photos"); err == nil {
			pieces = append(pieces, m)
		} else {
			records = append(records, m)
		}
	}
	return records, pieces
}

// receivePhotos returns an error only when the store or the broker fails, and then
// leaves the messages unacknowledged.
func (s *session) receivePhotos(ctx context.Context, group []link.Message) error {
	if len(group) == 0 {
		return nil
	}
	var pieces []wire.Piece
	for _, m := range group {
		p, err := s.decodePiece(m)
		if err != nil { // acknowledged below: it would not be better the next time
			s.Log.Warn("message rejected", "topic", m.Topic(), "error", err)
			s.count(func(st *Stats) { st.Rejected++ })
			continue
		}
		pieces = append(pieces, p)
	}
	whole, err := s.keepPieces(ctx, pieces)
	if err != nil {
		return err
	}
	for _, m := range group {
		m.Ack()
	}
	for _, p := range whole {
		if err := s.markPhoto(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) keepPieces(ctx context.Context, pieces []wire.Piece) ([]Photo, error) {
	if len(pieces) == 0 {
		return nil, nil
	}
	whole, err := s.Photos.KeepPieces(ctx, pieces)
	if err != nil {
		return nil, fmt.Errorf("keep photos: %w", err)
	}
	s.count(func(st *Stats) { st.Photos += uint64(len(whole)) })
	return whole, nil
}

// decodePiece wants the piece to be of the box whose topic it came on, as decode.
func (s *session) decodePiece(m link.Message) (wire.Piece, error) {
	box, err := wire.BoxOf(m.Topic(), s.Province, "photos")
	if err != nil {
		return wire.Piece{}, err
	}
	p, err := wire.DecodePiece(m.Payload())
	if err == nil && (p.Province != s.Province || p.Box != box) {
		err = fmt.Errorf("piece names another box than its topic")
	}
	return p, err
}

// markPhoto tells the box that it may remove a photo. It is not kept by the broker:
// a box that misses it sends a piece again, and is told again.
func (s *session) markPhoto(p Photo) error {
	m := wire.PhotoMark{Province: s.Province, Box: p.Box, Photo: p.ID, Collector: s.ID}
	if err := m.Sign(s.Key); err != nil {
		return err
	}
	topics, err := wire.NewTopics(s.Province, p.Box)
	if err != nil {
		return err
	}
	payload, err := m.Encode()
	if err != nil {
		return err
	}
	s.conn.Publish(topics.PhotoMark(), false, payload, func(error) {})
	return nil
}
