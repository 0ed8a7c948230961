package postgres_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/wire"
)

// send commits all that a box has, as its batches would.
func (b *box) send(s *postgres.Store) {
	b.t.Helper()
	segments, err := b.Segments(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, seg := range segments {
		records, err := b.Read(b.t.Context(), seg.Epoch, 1, 200)
		if err != nil {
			b.t.Fatal(err)
		}
		batch := wire.Batch{Province: province, Box: b.name, Epoch: seg.Epoch, Header: seg.Header, Records: records}
		if _, err := s.Commit(b.t.Context(), []wire.Batch{batch}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// openAll opens until nothing waits.
func openAll(t *testing.T, o *postgres.Opening) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), o.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for {
		n, err := o.Step(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (b *box) append(r checkpoint.Record) checkpoint.Position {
	b.t.Helper()
	r.Time, r.Trusted, r.Lane = day, true, "in"
	pos, err := b.Append(b.t.Context(), r)
	if err != nil {
		b.t.Fatal(err)
	}
	return pos
}

func decision(number string) checkpoint.Record {
	return checkpoint.Record{
		Kind: checkpoint.RecordDecision, Direction: checkpoint.In, Verdict: checkpoint.Refer, Reason: checkpoint.NotInData,
		Findings: []checkpoint.Finding{checkpoint.FoundNotInData}, Number: number, Document: checkpoint.KindCCCD,
	}
}

func TestWhatRecordsSayGoesIntoItsTableOnce(t *testing.T) {
	s, db := fresh(t)
	b := newBox(t, boxID)
	scan := b.append(decision("001090000011"))
	b.append(checkpoint.Record{Kind: checkpoint.RecordOutcome, Outcome: checkpoint.Passed, Refers: scan})
	paper := decision("001090000011")
	paper.Refers, paper.Name = scan, "Nguyễn Văn A\x00n"
	b.append(paper)
	b.append(checkpoint.Record{Kind: checkpoint.RecordEmergency, Open: true})
	b.send(s)
	o := opening(t, shared.Cluster(t).URL(db))
	openAll(t, o)
	b.send(s) // all of it again
	openAll(t, o)
	for table, want := range map[string]int{"opened.scan": 1, "opened.outcome": 1, "opened.paper": 1, "opened.event": 1, "opened.failure": 0} {
		if n := rows(t, db, table); n != want {
			t.Errorf("%d rows in %s, want %d", n, table, want)
		}
	}
	told := postgrestest.Value[string](t, shared.Cluster(t), db, `
		select concat_ws(' ', s.day, s.lane, s.direction, s.verdict, s.reason, s.findings, o.outcome)
		from opened.scan s join opened.outcome o on (o.box, o.refers_epoch, o.refers_seq) = (s.box, s.epoch, s.seq)
		`)
	if told != "2021-09-23 in in refer A01 {NOT_IN_DATA} passed" {
		t.Errorf("the scan is told as %q", told)
	}
}

// A forged header, a foreign one, and one changed record: all are held, listed
// with a reason, and hold up nothing that came after them.
func TestWhatDoesNotOpenIsListedAndHoldsUpNothing(t *testing.T) {
	s, db := fresh(t)
	b := newBox(t, boxID)
	for range 3 {
		b.append(decision("001090000011"))
	}
	segments, err := b.Segments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	records, err := b.Read(t.Context(), segments[0].Epoch, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	records[1].Body = bytes.Clone(records[1].Body)
	records[1].Body[0] ^= 1
	commit(t, s, batch(1, 1)) // no header at all
	foreign := batch(2, 1)
	foreign.Header = segments[0].Header
	commit(t, s, foreign)
	r := commit(t, s, wire.Batch{Province: province, Box: boxID, Epoch: segments[0].Epoch, Header: segments[0].Header, Records: records})
	if r.Standing.Seq != 3 {
		t.Fatalf("the mark stands at %d, want 3", r.Standing.Seq)
	}
	o := opening(t, shared.Cluster(t).URL(db))
	openAll(t, o)
	if n := rows(t, db, "opened.scan"); n != 2 {
		t.Errorf("%d scans, want 2", n)
	}
	reasons := postgrestest.Value[[]string](t, shared.Cluster(t), db, "select array_agg(reason order by reason) from opened.failure")
	if !slices.Equal(reasons, []string{"does not open", "header not readable", "header of another segment"}) {
		t.Errorf("reasons %q", reasons)
	}
	if st := o.Stats(); st.Opened != 2 || st.Failed != 3 {
		t.Errorf("stats %+v", st)
	}
}

// Where the province knows a box's key, only that key's headers open; what was
// refused before the key came is opened when it is asked for.
func TestOnlyTheBoxItselfSignsItsSegments(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	b := newBox(t, boxID)
	b.append(decision("001090000011"))
	register := func(keys ...ed25519.PrivateKey) { // the last is the box's own
		x := postgres.Box{ID: boxID, State: "approved"}
		for _, k := range keys {
			x.Former, x.Key = append(x.Former, x.Key), k.Public().(ed25519.PublicKey)
		}
		x.Former = x.Former[1:]
		if n, err := postgres.SetBoxes(t.Context(), c.URL(db), []postgres.Box{x}); err != nil || n != 1 {
			t.Fatalf("%d boxes changed, %v", n, err)
		}
	}
	register(key(8))
	b.send(s)
	o := opening(t, c.URL(db))
	openAll(t, o)
	if n := rows(t, db, "opened.failure"); n != 1 {
		t.Fatalf("%d failures, want the record under a header that the box did not sign", n)
	}
	register(key(9), key(7)) // the machine that wrote it was replaced since
	if n := postgrestest.Value[int](t, c, db, "select opened.again()"); n != 1 {
		t.Fatalf("%d records to open again, want 1", n)
	}
	openAll(t, o)
	if a, b := rows(t, db, "opened.scan"), rows(t, db, "opened.failure"); a != 1 || b != 0 {
		t.Fatalf("%d scans and %d failures, want 1 and 0", a, b)
	}
}

func TestNamesAndCommunesComeFromTheProvincesOwnPeople(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	b := newBox(t, boxID)
	for _, number := range []string{"001090000011", "123456789", "001090000012"} {
		r := decision(number)
		r.Name = "as the card says"
		b.append(r)
	}
	b.send(s)
	o := opening(t, c.URL(db))
	openAll(t, o)
	birth := checkpoint.Date{Year: 1990, Month: 8, Day: 15}
	people := []input.Person{
		{Number: "001090000011", FullName: "Nguyễn Văn An", Commune: "10507", OldNumbers: []string{"123456789"}, Birth: birth},
		{Number: "001090000011", FullName: "the same number again"},
	}
	broken := errors.New("file broken")
	for _, failing := range []error{nil, broken, nil} {
		persons, documents, err := postgres.ImportPeople(t.Context(), c.URL(db), func(yield func(input.Person, error) bool) {
			for _, p := range people {
				if !yield(p, nil) {
					return
				}
			}
			if failing != nil {
				yield(input.Person{}, failing)
			}
		})
		if failing != nil && errors.Is(err, failing) && rows(t, db, "people.person") == 1 {
			continue // what was there stays
		}
		if err != nil || persons != 1 || documents != 1 {
			t.Fatalf("%d people, %d documents, %v", persons, documents, err)
		}
	}
	if got := told(t, db, o); !slices.Equal(got, []string{"001090000011//as the card says", "123456789//as the card says", "001090000012//as the card says"}) {
		t.Fatalf("before the register came: %q", got)
	}
	openAll(t, o)
	if got := told(t, db, o); !slices.Equal(got, []string{"001090000011/10507/as the card says", "001090000011/10507/as the card says", "001090000012//as the card says"}) {
		t.Fatalf("told as %q", got)
	}
}

// told is what the database says of each scan to who has the day's key: whom to
// follow, where registered, the box's name.
func told(t *testing.T, db string, o *postgres.Opening) (all []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(db))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), "select box, epoch, seq, key_day, who, tag, commune from opened.scan order by seq")
	if err != nil {
		t.Fatal(err)
	}
	var box, commune string
	var epoch, seq int64
	var keyDay time.Time
	var sealed, tag []byte
	_, err = pgx.ForEachRow(rows, []any{&box, &epoch, &seq, &keyDay, &sealed, &tag, &commune}, func() error {
		key, err := o.Days.Day(keyDay)
		if err != nil {
			return err
		}
		who, err := key.Open(sealed, postgres.Place(box, epoch, seq))
		if want := key.Tag(who.ID()); string(tag) != string(want[:]) {
			t.Errorf("the tag of %d is not that of %s", seq, who.ID())
		}
		all = append(all, who.ID()+"/"+commune+"/"+who.Name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A dump of the database names nobody, and tells whether two rows are the same
// person's only within a day. Once the day's key is destroyed nobody can tell.
func TestTheDatabaseNamesNobody(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	b := newBox(t, boxID)
	r := decision("001090000011")
	r.Name, r.Address = "Nguyễn Văn An", "Số 1, phường Phúc Xá"
	scan := b.append(r)
	r.Refers = scan
	b.append(r) // and on paper
	b.send(s)
	o := opening(t, c.URL(db))
	openAll(t, o)
	dump := c.Path("dump.sql")
	if err := c.Run("pg_dump", "--file", dump, db); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte("COPY opened.scan_")) {
		t.Fatal("the dump holds no scan")
	}
	for _, secret := range []string{"001090000011", "Nguyễn", "Phúc Xá"} {
		if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, []byte(hex.EncodeToString([]byte(secret)))) {
			t.Errorf("the dump holds %q", secret)
		}
	}
	if n := postgrestest.Value[int](t, c, db, "select count(*)::int from opened.scan s join opened.paper p using (tag)"); n != 1 {
		t.Errorf("%d pairs of a scan and its paper, want 1", n)
	}
}

// Of a day whose key was destroyed nobody is kept: counts alone.
func TestRecordsThatComeTooLateNameNobody(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	b := newBox(t, boxID)
	b.append(decision("001090000011"))
	b.send(s)
	o := opening(t, c.URL(db))
	if _, err := o.Days.DestroyBefore(postgres.DayOf(day).AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	openAll(t, o)
	if n := postgrestest.Value[int](t, c, db, "select count(*)::int from opened.scan where who is null and tag is null and key_day is null"); n != 1 {
		t.Errorf("%d scans without a person, want 1", n)
	}
	if n := postgrestest.Value[int](t, c, db, "select sum(n)::int from tally.hour where what = 'refer'"); n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// The counts are those of the records, however they came and how often.
func TestCountsAreThoseOfTheRecords(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	b := newBox(t, boxID)
	o := opening(t, c.URL(db))
	for range 3 { // and the opener between them
		for range 2 {
			scan := b.append(decision("001090000011"))
			b.append(checkpoint.Record{Kind: checkpoint.RecordOutcome, Outcome: checkpoint.Denied, Direction: checkpoint.In, Refers: scan})
		}
		b.append(checkpoint.Record{Kind: checkpoint.RecordDecision, Direction: checkpoint.Out, Verdict: checkpoint.NotRead})
		green := b.append(checkpoint.Record{Kind: checkpoint.RecordDecision, Direction: checkpoint.In, Verdict: checkpoint.Admit})
		b.append(checkpoint.Record{Kind: checkpoint.RecordOutcome, Outcome: checkpoint.Undone, Direction: checkpoint.In, Refers: green})
		amber := b.append(checkpoint.Record{Kind: checkpoint.RecordDecision, Direction: checkpoint.In, Verdict: checkpoint.Refer})
		for _, o := range []checkpoint.Outcome{checkpoint.Passed, checkpoint.Undone, checkpoint.Denied} {
			b.append(checkpoint.Record{Kind: checkpoint.RecordOutcome, Outcome: o, Direction: checkpoint.In, Refers: amber})
		}
		b.send(s)
		openAll(t, o)
	}
	got := postgrestest.Value[[]string](t, c, db, "select array_agg(concat_ws(' ', day, hour, box, lane, direction, what, n) order by what) from tally.hour")
	var want []string
	for _, w := range []string{"in admit 3", "in denied 9", "out not read 3", "in passed 3", "in refer 9", "in undone 3", "in undone passed 3"} {
		want = append(want, "2021-09-23 0 gate-1 in "+w)
	}
	if !slices.Equal(got, want) {
		t.Errorf("by hour %q, want %q", got, want)
	}
	minutes := postgrestest.Value[[]string](t, c, db, "select array_agg(concat_ws(' ', direction, array_length(minutes, 1), (select sum(m) from unnest(minutes) m)) order by direction) from tally.minute")
	if !slices.Equal(minutes, []string{"in 60 12", "out 60 3"}) {
		t.Errorf("by minute %q", minutes)
	}
	if got := postgrestest.Value[string](t, c, db, "select concat_ws(' ', n, seconds) from tally.answer"); got != "12 0" {
		t.Errorf("answers %q", got)
	}
	if got := postgrestest.Value[string](t, c, db, "select concat_ws(' ', commune, direction, verdict, n) from tally.commune"); got != " in refer 6" {
		t.Errorf("by commune %q", got)
	}
}

// The opener is told to stop while it waits, and does.
func TestOpeningGoesOnBesideReceiving(t *testing.T) {
	s, db := fresh(t)
	o := opening(t, shared.Cluster(t).URL(db))
	stop := background(t, o.Run)
	b := newBox(t, boxID)
	b.append(decision("001090000011"))
	b.send(s)
	for late := time.Now().Add(30 * time.Second); o.Stats().Opened != 1; {
		if time.Now().After(late) {
			t.Fatalf("stats %+v", o.Stats())
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
}
