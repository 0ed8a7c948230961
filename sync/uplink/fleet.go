package uplink

import (
	"context"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// What is said and heard here is about snapshots, commands and photos. Records do not wait for it:
// no answer is awaited, and a broker that refuses it loses nothing.

func (s *session) tellHealth() {
	s.mu.Lock()
	h := s.health
	s.mu.Unlock()
	if h == nil {
		return
	}
	b, err := h.Encode()
	if err != nil {
		s.Log.Error("health not told", "error", err)
		return
	}
	s.conn.Publish(s.topics.Health(), true, b, func(error) {}) // told again at the next change or connection
}

// listen asks for announcements of snapshots, and for commands.
func (s *session) listen(ctx context.Context) {
	go func() {
		if s.Photos != nil {
			if err := s.conn.Subscribe(ctx, s.topics.PhotoMark(), s.onPhotoMark); err != nil {
				s.Log.Warn("marks of photos not heard: photos stay on the box", "error", err)
			}
		}
		if s.OnAnnounced != nil {
			if err := s.conn.Subscribe(ctx, wire.Announcement(s.Province), s.announcedSnapshot); err != nil {
				s.Log.Warn("announcements of snapshots not heard; they are asked for all the same", "error", err)
			}
		}
		if s.OnCommand != nil {
			if err := s.conn.Subscribe(ctx, s.topics.Cmd(), func(m link.Message) { s.OnCommand(m.Payload(), m.Retained()) }); err != nil {
				s.Log.Warn("commands of the province not heard", "error", err)
			}
		}
	}()
}

func (s *session) announcedSnapshot(m link.Message) {
	if n, err := wire.DecodeAnnouncement(m.Payload()); err == nil { // what is no number announces nothing
		s.OnAnnounced(n)
	}
}
