package uplink

import (
	"slices"
	"time"

	"checkpoint/store/photos"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// Photos of paper forms go up behind the records: one piece at a time, and only
// while no record waits. All pieces of one are sent, then its mark is waited for;
// without it, another gets its turn, and then all pieces once more. The collectors
// know a piece that comes again.

// parcel is the photo on its way. It outlives a connection: a link that breaks
// every minute must not begin a photo anew each time.
type parcel struct {
	photo    photos.ID
	pieces   []wire.Piece // that are still to be sent
	underWay bool
	until    time.Time // until when a mark is waited for; zero: it is not
	tries    int       // rounds of the list in which no mark came
}

// patienceSteps bounds how long the box waits between two rounds: each is twice
// as long as the one before, up to 2^5 times the first.
const patienceSteps = 5

// interrupted takes a piece that may be lost as not sent, and waits for no mark that
// may be.
func (p *parcel) interrupted() { p.underWay, p.until, p.tries = false, time.Time{}, 0 }

// arrived tells that the broker has the piece under way.
func (p *parcel) arrived(now time.Time, patient time.Duration) {
	p.underWay = false
	if len(p.pieces) > 0 {
		p.pieces = p.pieces[1:]
	}
	if len(p.pieces) == 0 && p.photo != (photos.ID{}) { // zero: it is marked already
		p.until = now.Add(patient << min(p.tries, patienceSteps))
	}
}

// sendPhoto sends the next piece if records leave room for it. It returns when to
// look again.
func (s *session) sendPhoto(again, now time.Time) time.Time {
	p := &s.parcel
	if s.Photos == nil || p.underWay || !s.plan.quiet(now) {
		return again
	}
	if now.Before(p.until) {
		return sooner(again, p.until)
	}
	if len(p.pieces) == 0 && !s.nextPhoto(now) {
		return sooner(again, p.until)
	}
	payload, err := p.pieces[0].Encode()
	if err != nil {
		s.Log.Error("photo not sent", "photo", p.photo, "error", err)
		p.pieces, p.until = nil, now.Add(s.ResendAfter)
		return sooner(again, p.until)
	}
	p.underWay = true
	s.conn.Publish(s.topics.Photos(), false, payload, func(err error) { s.arrived <- err })
	if s.BytesASecond > 0 {
		s.pace = now.Add(time.Duration(len(payload)) * time.Second / time.Duration(s.BytesASecond))
	}
	return again
}

// nextPhoto takes the photo after the one before, and the oldest after the last.
func (s *session) nextPhoto(now time.Time) bool {
	p := &s.parcel
	list := s.Photos.Waiting()
	if len(list) == 0 {
		*p = parcel{}
		return false
	}
	next := 1 + slices.IndexFunc(list, func(have photos.Photo) bool { return have.ID == p.photo })
	if next == len(list) {
		next = 0
	}
	if !p.until.IsZero() && next == 0 {
		p.tries++
	}
	p.photo, p.until, p.pieces = list[next].ID, time.Time{}, nil
	sealed, err := s.Photos.Read(p.photo)
	if err != nil {
		s.Log.Error("photo not sent", "photo", p.photo, "error", err)
		p.until = now.Add(s.ResendAfter)
		return false
	}
	p.pieces = wire.Pieces(s.Province, s.Box, list[next], sealed)
	return true
}

// onPhotoMark checks whatever claims to be the mark of a photo.
func (s *session) onPhotoMark(msg link.Message) {
	m, err := wire.DecodePhotoMark(msg.Payload())
	switch {
	case err != nil:
		s.refuse(NotAMark, 0)
	case m.Province != s.Province || m.Box != s.Box:
		s.refuse(NotForThisBox, 0)
	case m.Verify(s.Collectors) != nil:
		s.refuse(NotSigned, 0)
	default:
		select {
		case s.photos <- m.Photo:
		case <-s.over:
		}
	}
}

// photoArrived removes what the province has. What cannot be removed now is sent,
// and marked, again.
func (s *session) photoArrived(id photos.ID) {
	if err := s.Photos.Remove(id); err != nil {
		s.Log.Error("photo not removed", "photo", id, "error", err)
		return
	}
	if p := &s.parcel; p.photo == id {
		*p = parcel{underWay: p.underWay}
	}
}

// newPhotos yields after a photo was added; never without a store of them.
func (s *session) newPhotos() <-chan struct{} {
	if s.Photos == nil {
		return nil
	}
	return s.Photos.Changed()
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
