package provincetest

import (
	"context"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/wire"
)

// Newest is the number of the province's newest snapshot.
const Newest = 319

// The versions of the boxes' daemon: a province renews them site by site.
const (
	NewestSoftware = "v1.4.0"
	OlderSoftware  = "v1.3.2"
)

// Words are what the boxes say of themselves at a time. Of forty boxes one was
// never heard; others are lost, lack a scanner, have old data, much to send, or a
// certificate that ends soon.
func (p *Province) Words(now time.Time) (all []collector.Word) {
	for i := range p.Sites {
		if i%40 == 19 {
			continue
		}
		h := wire.Health{
			Run: 1, Told: uint64(now.Unix()), At: now.Unix(), Snapshot: Newest, Offered: Newest, SnapshotOf: now.Add(-6 * time.Hour).Unix(),
			CertUntil: now.AddDate(0, 0, 300).Unix(), HandedOver: now.Add(-time.Duration(i%8) * time.Hour).Unix(), Waiting: uint64(i % 3),
			Decided: 400, Refused: uint64(i % 7),
			Lanes: []wire.Lane{{Name: "in", State: wire.LaneReady}, {Name: "out", State: wire.LaneReady}},
		}
		w := collector.Word{Box: p.Box(i), State: wire.Ready, StateAt: now, Health: &h, Heard: now, Software: NewestSoftware}
		if i%4 == 2 {
			w.Software = OlderSoftware
		}
		switch i % 40 {
		case 3, 23: // without a network for two days
			w.State, h.Snapshot, h.SnapshotOf, h.Waiting = wire.Lost, Newest-8, now.Add(-54*time.Hour).Unix(), 1204
			w.Heard, h.At, h.Told = now.Add(-48*time.Hour), now.Add(-48*time.Hour).Unix(), 1
		case 7:
			h.Lanes[0].State, h.Lanes[0].Fault, h.Fault = wire.LaneFaulty, "SCANNER_GONE", "SCANNER_GONE"
		case 11:
			h.Snapshot, h.SnapshotOf, h.Held = Newest-4, now.Add(-30*time.Hour).Unix(), wire.HeldForStage
		case 13:
			h.Waiting = 1204
		case 17:
			h.CertUntil, h.Faults = now.AddDate(0, 0, 5).Unix(), []string{"CERTIFICATE_ENDS"}
		case 29:
			h.Lanes[1].State = wire.LaneTraining
		case 31:
			h.Lanes[0].State, h.Lanes[1].State, h.Faults = wire.LaneOutOfService, wire.LaneOutOfService, []string{"NO_SNAPSHOT"}
			h.Snapshot, h.SnapshotOf = 0, 0
		}
		all = append(all, w)
	}
	return all
}

// Fleet puts those words into the database, as its owner.
func (p *Province) Fleet(ctx context.Context, url string, now time.Time) error {
	s, err := postgres.Open(ctx, postgres.Options{URL: url})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Keep(ctx, "thu-1", p.Words(now))
}
