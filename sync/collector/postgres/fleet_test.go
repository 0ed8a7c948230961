package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/wire"
)

// keep has a store keep words, as the collector does.
func keep(t *testing.T, s *postgres.Store, words ...collector.Word) {
	t.Helper()
	if err := s.Keep(t.Context(), "a", words); err != nil {
		t.Fatal(err)
	}
}

// said is a word of a box at its n-th health of a run, as it came at a time.
func said(run, told uint64, came time.Time, snapshot uint64) collector.Word {
	return collector.Word{Box: boxID, Heard: came, Health: &wire.Health{Run: run, Told: told, Snapshot: snapshot, At: came.Unix()}}
}

// Two receivers bring words in either order, and a broker that crashed brings one
// of before: the newest stays.
func TestAnOlderWordNeverTakesTheNewersPlace(t *testing.T) {
	s, db := fresh(t)
	now := time.Now().Truncate(time.Millisecond)
	at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
	have := func() int {
		return postgrestest.Value[int](t, shared.Cluster(t), db, "select snapshot from fleet.health")
	}
	for _, c := range []struct {
		what string
		word collector.Word
		want int // the snapshot that is kept then
	}{
		{"first", said(7, 3, at(0), 30), 30},
		{"told before, brought later", said(7, 2, at(1), 20), 30},
		{"told later, brought in order", said(7, 5, at(2), 50), 50},
		{"written down late by another receiver", said(7, 4, at(1), 40), 50},
		{"the daemon was started again", said(9, 1, at(3), 60), 60},
		{"a word of the run before, written down late", said(7, 6, at(2), 70), 60},
	} {
		keep(t, s, c.word)
		if n := have(); n != c.want {
			t.Errorf("%s: snapshot %d is kept, want %d", c.what, n, c.want)
		}
	}
}

// What the broker had kept was said before it came; the same word again says
// nothing new.
func TestAKeptWordIsNotTakenForASignOfLife(t *testing.T) {
	s, db := fresh(t)
	long := time.Now().Add(-3 * time.Hour).Truncate(time.Second)
	kept := said(7, 3, time.Now(), 30)
	kept.Kept, kept.Health.At = true, long.Unix()
	heard := func() time.Time {
		return postgrestest.Value[time.Time](t, shared.Cluster(t), db, "select heard from fleet.health")
	}
	keep(t, s, kept)
	if h := heard(); !h.Equal(long) {
		t.Errorf("heard at %s, said at %s", h, long)
	}
	live := said(7, 3, time.Now().Truncate(time.Millisecond), 30) // connected anew, and said once more
	keep(t, s, live)
	again := live
	again.Kept, again.Heard = true, time.Now().Add(time.Second)
	keep(t, s, again)
	if h := heard(); !h.Equal(live.Heard) {
		t.Errorf("heard at %s, was said again at %s", h, live.Heard)
	}
}

// A state that comes again, as after each start of a receiver, began when it did.
func TestAStateLastsFromWhenItBegan(t *testing.T) {
	s, db := fresh(t)
	now := time.Now().Truncate(time.Millisecond)
	for i, word := range []wire.State{wire.Ready, wire.Ready, wire.Lost, wire.Lost} {
		keep(t, s, collector.Word{Box: boxID, State: word, StateAt: now.Add(time.Duration(i) * time.Second)})
	}
	keep(t, s, collector.Word{Box: boxID, State: wire.Ready, StateAt: now.Add(time.Second)}) // written down late
	since := postgrestest.Value[time.Time](t, shared.Cluster(t), db, "select state_since from fleet.health where state = 'lost'")
	if !since.Equal(now.Add(2 * time.Second)) {
		t.Errorf("lost since %s, began at %s", since, now.Add(2*time.Second))
	}
}

// Certificates bound how many names there are; should they not, the table has an end.
func TestTheFleetsTableHasAnEnd(t *testing.T) {
	s, db := fresh(t)
	shared.Cluster(t).Exec(t, db, fmt.Sprintf("insert into fleet.health (box) select 'b-' || n from generate_series(1, %d) n", collector.MaxFleet))
	keep(t, s, said(7, 1, time.Now(), 30), collector.Word{Box: "b-7", State: wire.Ready, StateAt: time.Now()})
	if n := rows(t, db, "fleet.health"); n != collector.MaxFleet {
		t.Errorf("%d rows, want %d", n, collector.MaxFleet)
	}
	if n := rows(t, db, "fleet.health where state = 'ready'"); n != 1 {
		t.Errorf("the word of a box that is in it was lost")
	}
}

// Figures that no honest box sends neither fail nor overflow.
func TestNonsenseOfABoxIsKeptWithinBounds(t *testing.T) {
	s, _ := fresh(t)
	mad := wire.Health{Run: 1 << 63, Told: 1, At: -1, Snapshot: 1 << 63, Offered: 1<<64 - 1, Waiting: wire.MaxSeq, CertUntil: 1 << 62, SnapshotOf: 1 << 62,
		HandedOver: -5, CommandsRefused: 1<<64 - 1, Lanes: []wire.Lane{{Name: "Làn 'x'", State: 250, Fault: "A"}}}
	words := []collector.Word{}
	for n := range 200 {
		words = append(words, collector.Word{Box: fmt.Sprintf("b-%d", n), Health: &mad, Heard: time.Now(), State: wire.Ready, StateAt: time.Now()})
	}
	keep(t, s, words...)
	c, err := s.Fleet(t.Context())
	if err != nil || c.Boxes != 200 || c.Silent != 0 || c.Waiting <= 0 || !c.OldestSnapshot.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
}

func spoken(t *testing.T, h wire.Health) []byte {
	t.Helper()
	b, err := h.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// From boxes with certificates of their own, through the broker as docs/broker
// sets it up, into the table; a box that writes another's topic changes nothing,
// and one that vanishes is missed.
func TestWhatBoxesSayReachesTheDatabase(t *testing.T) {
	s, db := fresh(t)
	authority := mosquittotest.NewAuthority(t)
	broker := mosquittotest.StartProvince(t, "../../../docs", province, authority)
	url := strings.Replace(broker.URL(), "tcp://", "ssl://", 1)
	say := func(conn *link.Conn, box, leaf string, payload []byte) {
		t.Helper()
		if err := conn.PublishWait(t.Context(), "checkpoint/v1/"+province+"/"+box+"/"+leaf, true, payload); err != nil {
			t.Fatal(err)
		}
	}
	dial := func(box string) *link.Conn {
		t.Helper()
		conn, err := link.Dial(t.Context(), link.Options{Broker: url, TLS: authority.Client(box), ClientID: box, Will: "checkpoint/v1/" + province + "/" + box + "/state", WillWord: "lost"})
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	encoded := func(h wire.Health) []byte { return spoken(t, h) }
	honest, evil := dial("gate-1"), dial("gate-2")
	say(honest, "gate-1", "state", []byte(wire.Ready)) // before anybody listens: the broker keeps it
	say(honest, "gate-1", "health", encoded(wire.Health{Run: 1, Told: 1, At: time.Now().Unix(), Snapshot: 41, Waiting: 12,
		Lanes: []wire.Lane{{Name: "1", State: wire.LaneReady}, {Name: "2", State: wire.LaneFaulty, Fault: "SCANNER_GONE"}}}))
	say(honest, "gate-1", "info", []byte(`{"software":"v1.4.0","lanes":["1","2"],"later":true}`))
	options := receiving(url, "thu-1", s)
	options.TLS, options.Fleet = authority.Client("collector.thu-1"), s
	startCollector(t, options)
	is := func(what, sql string) {
		t.Helper()
		for late := time.Now().Add(time.Minute); postgrestest.Value[int](t, shared.Cluster(t), db, "select count(*) from fleet.health where "+sql) != 1; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(late) {
				t.Fatalf("not in the table: %s", what)
			}
		}
	}
	is("what was kept", "box = 'gate-1' and state = 'ready' and snapshot = 41 and waiting = 12 and lanes = '{1,2}' and lane_states = '{1,2}' and lane_faults = '{\"\",SCANNER_GONE}'")
	is("the version", "box = 'gate-1' and software = 'v1.4.0'")
	say(evil, "gate-1", "info", []byte(`{"software":"v6.6.6"}`))
	say(evil, "gate-2", "info", []byte(`{"software":"v1\u001b[2J"}`))
	say(evil, "gate-1", "health", encoded(wire.Health{Run: 2, Told: 9, Snapshot: 666}))
	say(evil, "gate-1", "state", []byte(wire.Lost))
	say(evil, "gate-2", "health", []byte("garbage"))
	say(evil, "gate-2", "health", encoded(wire.Health{Run: 2, Told: 1, Snapshot: 42}))
	is("the other box's own word", "box = 'gate-2' and snapshot = 42 and software = ''")
	is("the first box as it was", "box = 'gate-1' and snapshot = 41 and state = 'ready' and software = 'v1.4.0'")
	honest.Leave("lost")
	is("that the first box went", "box = 'gate-1' and state = 'lost'")
	evil.Leave("disconnected")
	c, err := s.Fleet(context.Background())
	if err != nil || c.Boxes != 2 || c.Silent != 2 || c.Lanes["silent"] != 2 || c.Waiting != 12 {
		t.Errorf("%+v, %v", c, err)
	}
	if n := rows(t, db, "fleet.listener where collector = 'thu-1' and at > now() - interval '1 minute'"); n != 1 {
		t.Error("nobody says that he listens")
	}
}
