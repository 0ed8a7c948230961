package scanner

import (
	"time"

	"checkpoint"
	"checkpoint/scanner/qr"
)

// Bounds of a picture without any edge, which a plain table gives as well as a
// hand before the lens. Under the hand it is dim, or noisy: the camera turns its
// gain up.
const (
	dim       = 60   // mean grey
	noisy     = 20   // greys that a part spans where there is nothing
	mostBurnt = 0.12 // part of the picture
)

// judge is how well one picture shows codes.
func judge(p qr.Seen) checkpoint.Sight {
	switch p.View() {
	case qr.Dark:
		return checkpoint.SightDark
	case qr.Glaring:
		return checkpoint.SightGlare
	case qr.Covered:
		switch {
		case p.Brightness < dim || p.Noise >= noisy:
			return checkpoint.SightCovered
		case p.Glare > mostBurnt:
			return checkpoint.SightGlare
		}
	}
	return checkpoint.SightClear
}

// sight makes a lasting judgement of many pictures: a hand before the lens is
// no fault of the lamp.
type sight struct {
	told, seen checkpoint.Sight
	since      time.Time // when seeing became good, or bad
}

// How long it must last to be said.
const (
	blindAfter = 3 * time.Second
	clearAfter = time.Second
)

// look takes one picture's judgement and tells whether there is news in told.
func (s *sight) look(now checkpoint.Sight, at time.Time) (news bool) {
	good := now == checkpoint.SightClear
	if s.since.IsZero() || good != (s.seen == checkpoint.SightClear) {
		s.since = at
	}
	s.seen = now
	wait := blindAfter
	if good {
		wait = clearAfter
	}
	// What is bad may look dark now and covered then: once is enough.
	if good == (s.told == checkpoint.SightClear) || at.Sub(s.since) < wait {
		return false
	}
	s.told = now
	return true
}
