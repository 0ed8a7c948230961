package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector"
	"checkpoint/sync/wire"
)

var _ collector.Fleet = (*Store)(nil)

// keepHealth keeps a health unless a newer one is kept. Two receivers may bring
// two words in either order, and a broker that crashed one of before: within a
// run of the box's daemon the number tells, between two runs which came later.
const keepHealth = `
insert into fleet.health as h (box, run, told, came, heard, at, snapshot, snapshot_of, offered, held, update_fault, damaged, decided, refused,
  opened, certificate_until, commands_refused, marks_forged, waiting, handed_over, faults, lanes, lane_states, lane_faults)
select @box, @run, @told, @came, case when @kept then least(@came::timestamptz, @at::timestamptz) else @came::timestamptz end, @at, @snapshot, @snapshot_of, @offered, @held, @update,
  @damaged, @decided, @refused, @opened, @certificate, @commands, @marks, @waiting, @handed_over, @faults, @lanes, @states, @lane_faults
where @room or exists (select from fleet.health where box = @box)
on conflict (box) do update set run = excluded.run, told = excluded.told, came = excluded.came, heard = excluded.heard, at = excluded.at,
  snapshot = excluded.snapshot, snapshot_of = excluded.snapshot_of, offered = excluded.offered, held = excluded.held,
  update_fault = excluded.update_fault, damaged = excluded.damaged, decided = excluded.decided, refused = excluded.refused,
  opened = excluded.opened, certificate_until = excluded.certificate_until, commands_refused = excluded.commands_refused,
  marks_forged = excluded.marks_forged, waiting = excluded.waiting, handed_over = excluded.handed_over, faults = excluded.faults,
  lanes = excluded.lanes, lane_states = excluded.lane_states, lane_faults = excluded.lane_faults
where h.came is null or excluded.came >= h.came
  and not (excluded.run = h.run and (excluded.told < h.told or excluded.told = h.told and @kept))`

const keepState = `
insert into fleet.health as h (box, state, state_at, state_since)
select @box, @state, @at, @at where @room or exists (select from fleet.health where box = @box)
on conflict (box) do update set state = excluded.state, state_at = excluded.state_at,
  state_since = case when h.state = excluded.state then h.state_since else excluded.state_at end
where h.state_at is null or excluded.state_at >= h.state_at`

const keepSoftware = `
insert into fleet.health as h (box, software)
select @box, @software where @room or exists (select from fleet.health where box = @box)
on conflict (box) do update set software = excluded.software where h.software <> excluded.software`

// Keep implements [collector.Fleet]. Of more than [collector.MaxFleet] boxes
// those that came later are not kept.
func (s *Store) Keep(ctx context.Context, id string, words []collector.Word) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var boxes int
		if err := tx.QueryRow(ctx, "select count(*) from fleet.health").Scan(&boxes); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		batch.Queue("insert into fleet.listener (collector, at) values ($1, now()) on conflict (collector) do update set at = now()", id)
		room := boxes+len(words) <= collector.MaxFleet
		for _, w := range words {
			if !w.StateAt.IsZero() {
				batch.Queue(keepState, pgx.NamedArgs{"box": w.Box, "state": string(w.State), "at": w.StateAt, "room": room})
			}
			if w.Health != nil {
				batch.Queue(keepHealth, healthArgs(w, room))
			}
			if w.Software != "" {
				batch.Queue(keepSoftware, pgx.NamedArgs{"box": w.Box, "software": w.Software, "room": room})
			}
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return fmt.Errorf("keep what boxes say: %w", err)
	}
	return nil
}

func healthArgs(w collector.Word, room bool) pgx.NamedArgs {
	h := w.Health
	names, states, faults := []string{}, []int16{}, []string{}
	for _, l := range h.Lanes {
		names, states, faults = append(names, l.Name), append(states, int16(l.State)), append(faults, l.Fault)
	}
	return pgx.NamedArgs{
		"box": w.Box, "room": room, "kept": w.Kept, "came": w.Heard, "run": int64(h.Run), "told": int64(h.Told), "at": moment(h.At),
		"snapshot": int64(h.Snapshot), "snapshot_of": moment(h.SnapshotOf), "offered": int64(h.Offered), "held": int16(h.Held),
		"update": int16(h.Update), "damaged": h.Damaged, "decided": int64(h.Decided), "refused": int64(h.Refused), "opened": h.Opened,
		"certificate": moment(h.CertUntil), "commands": count(h.CommandsRefused), "marks": count(h.MarksForged), "waiting": count(h.Waiting),
		"handed_over": moment(h.HandedOver), "faults": codes(h.Faults), "lanes": names, "states": states, "lane_faults": faults,
	}
}

// FleetCounts are what all boxes say, in sum. Boxes that were retired are not in it.
type FleetCounts struct {
	Boxes, Silent  int            // silent: not connected, or without a word for [collector.SilentAfter]
	Lanes          map[string]int // by state: silent, or as the box says
	Waiting        int64          // records on boxes that the province does not have yet
	OldestSnapshot time.Time      // when the oldest data in use were built; zero: nobody has data
	CertificateEnd time.Time      // when the first certificate ends; zero: none is known
}

// LaneStates are the names of what boxes say of their lanes.
var LaneStates = map[wire.LaneState]string{
	wire.LaneReady: "ready", wire.LaneFaulty: "faulty", wire.LaneOutOfService: "out-of-service", wire.LaneTraining: "training", wire.LaneEmergency: "emergency",
}

// Fleet counts what boxes said last.
func (s *Store) Fleet(ctx context.Context) (FleetCounts, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := FleetCounts{Lanes: map[string]int{"silent": 0}}
	for _, name := range LaneStates {
		c.Lanes[name] = 0
	}
	rows, err := s.pool.Query(ctx, `
		select h.state <> 'ready' or h.heard is null or h.heard < now() - $1::interval, h.waiting, h.snapshot_of, h.certificate_until, h.lane_states
		from fleet.health h left join checkpoint.box b using (box) where b.state is distinct from 'retired'`, collector.SilentAfter)
	if err != nil {
		return c, fmt.Errorf("count boxes: %w", err)
	}
	var silent bool
	var waiting int64
	var snapshot, certificate *time.Time
	var lanes []int16
	_, err = pgx.ForEachRow(rows, []any{&silent, &waiting, &snapshot, &certificate, &lanes}, func() error {
		c.Boxes++
		c.Waiting += waiting
		earlier(&c.OldestSnapshot, snapshot)
		earlier(&c.CertificateEnd, certificate)
		if silent {
			c.Silent++
			c.Lanes["silent"] += len(lanes)
			return nil
		}
		for _, state := range lanes {
			if name, known := LaneStates[wire.LaneState(state)]; known {
				c.Lanes[name]++
			}
		}
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("count boxes: %w", err)
	}
	return c, nil
}

func earlier(first *time.Time, t *time.Time) {
	if t != nil && (first.IsZero() || t.Before(*first)) {
		*first = *t
	}
}

// moment is a box's word for a time; nil for none, and for one that no calendar has.
func moment(seconds int64) *time.Time {
	const year9999 = 253_402_300_800
	if seconds <= 0 || seconds >= year9999 {
		return nil
	}
	t := time.Unix(seconds, 0).UTC()
	return &t
}

// count is a box's word for how many, within what a sum of all boxes can hold.
func count(n uint64) int64 { return int64(min(n, wire.MaxSeq>>16)) }

func codes(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}
