package office

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/postgrestest"
)

// looks writes so many looks of an account.
func (b *bureau) looks(t *testing.T, a Account, n int) {
	t.Helper()
	for i := range n {
		_, err := b.Look(t.Context(), a, Look{What: Route, Subject: b.Subject(fmt.Sprint(i)), Reason: "truy vết ca 12"})
		must(t, err)
	}
}

func (b *bureau) faults(t *testing.T) string {
	t.Helper()
	_, all, err := b.VerifyLooks(t.Context(), 1)
	must(t, err)
	var text []string
	for _, f := range all {
		text = append(text, f.String())
	}
	return strings.Join(text, "; ")
}

// tamper is what somebody with all rights in the database does to the log.
func (b *bureau) tamper(t *testing.T, sql string) {
	t.Helper()
	shared.Cluster(t).Exec(t, b.name, sql)
}

// The log has six lines: an account made, and five looks.
func TestWhatIsDoneToTheLogIsNoticed(t *testing.T) {
	b := newBureau(t, Options{})
	b.looks(t, b.account(t, "a", Trace), 5)
	b.tamper(t, "create table kept as select * from office.look")
	for name, c := range map[string]struct{ sql, want string }{
		"nothing":             {"select 1", ""},
		"a line removed":      {"delete from office.look where n = 4", "line 4: missing"},
		"the first removed":   {"delete from office.look where n = 1", "line 1: missing"},
		"the end cut off":     {"delete from office.look where n > 4", "lines 5 to 6: cut off"},
		"all removed":         {"delete from office.look", "lines 1 to 6: cut off"},
		"a reason changed":    {"update office.look set reason = 'khác' where n = 3", "line 3: changed"},
		"a time changed":      {"update office.look set at = at + interval '1 second' where n = 6", "line 6: changed"},
		"an account changed":  {"update office.look set account = 'ai-do' where n = 2", "line 2: changed"},
		"two lines swapped":   {"update office.look set n = -1 where n = 3; update office.look set n = 3 where n = 4; update office.look set n = 4 where n = -1", "line 3: changed; line 4: changed; line 5: replaced"},
		"numbered on":         {"delete from office.look where n = 4; update office.look set n = -n where n > 4; update office.look set n = -n - 1 where n < 0", "line 4: changed; line 5: changed; line 6: cut off"},
		"a line put in":       {"insert into office.look select 7, at, account, second, what, subject, detail, reason, link, link from office.look where n = 6", "line 7: changed"},
		"a line copied":       {"update office.look a set at = b.at, subject = b.subject, before = b.before, link = b.link from office.look b where a.n = 5 and b.n = 4", "line 5: changed; line 6: replaced"},
		"a link changed":      {"update office.look set link = decode(repeat('00', 32), 'hex') where n = 4", "line 4: changed; line 5: replaced"},
		"what was before":     {"update office.look set before = decode(repeat('00', 32), 'hex') where n = 4", "line 4: changed"},
		"a second person put": {"update office.look set second = 'b' where n = 5", "line 5: changed"},
	} {
		t.Run(name, func(t *testing.T) {
			b.tamper(t, "delete from office.look; insert into office.look select * from kept")
			b.tamper(t, c.sql)
			if have := b.faults(t); have != c.want {
				t.Errorf("%q, want %q", have, c.want)
			}
		})
	}
}

// What was cut off stays a gap, whatever is written after it.
func TestALogThatWasCutOffGoesOnBehindTheGap(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Trace)
	b.looks(t, a, 5)
	b.tamper(t, "delete from office.look where n > 3")
	b.looks(t, a, 2)
	if have := b.faults(t); have != "lines 4 to 6: missing" {
		t.Errorf("%q", have)
	}
	if n, all, err := b.VerifyLooks(t.Context(), 7); err != nil || n != 2 || len(all) > 0 {
		t.Errorf("behind the gap: %d lines, %v, %v", n, all, err)
	}
}

// A line that was stored when its writer died has shown nobody to anybody; it is
// part of the log all the same.
func TestALineBeyondWhatWasSeenIsNoFault(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Trace)
	b.looks(t, a, 2)
	kept, err := os.ReadFile(b.log.dir + "/" + endFile)
	must(t, err)
	b.looks(t, a, 1)
	must(t, os.WriteFile(b.log.dir+"/"+endFile, kept, 0o600)) // as if it had died before that
	if have := b.faults(t); have != "" {
		t.Errorf("%q", have)
	}
	b.looks(t, a, 1)
	if have := b.faults(t); have != "" {
		t.Errorf("after the next: %q", have)
	}
}

// Several processes write at once: none breaks the chain.
func TestManyWritersMakeOneChain(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Trace, Lists)
	var all sync.WaitGroup
	errs := make(chan error, 100)
	for range 4 {
		o, err := Open(context.Background(), shared.Cluster(t).URLFor("checkpoint_view", b.name), Options{Dir: b.options.Dir})
		must(t, err)
		defer o.Close()
		for range 5 {
			all.Go(func() {
				for range 5 {
					if _, err := o.Look(context.Background(), a, Look{What: List, Subject: "arrivals/origin/10507"}); err != nil {
						errs <- err
					}
				}
			})
		}
	}
	all.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	if n, faults, err := b.VerifyLooks(t.Context(), 1); n != 101 || len(faults) > 0 || err != nil {
		t.Errorf("%d lines, %v, %v", n, faults, err)
	}
}

// The program's own role can add lines, and nothing else.
func TestTheProgramItselfCannotChangeTheLog(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "a", Trace)
	for _, sql := range []string{"update office.look set reason = ''", "delete from office.look", "truncate office.look", "drop table office.look", "alter table office.look disable trigger all"} {
		if _, err := b.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("it may %q", sql)
		}
	}
}

// No number stands in the log, and the same number has the same place in it.
func TestTheLogHoldsNoNumber(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Trace)
	const number = "030190000011"
	_, err := b.Look(t.Context(), a, Look{What: Contacts, Subject: b.Subject(number), Detail: "2026-11-14 – 2026-11-21 ±15m", Reason: "truy vết ca 12"})
	must(t, err)
	text := postgrestest.Value[string](t, shared.Cluster(t), b.name, "select string_agg(l::text, ' ') from office.look l")
	if strings.Contains(text, number) || !strings.Contains(text, b.Subject(" "+number+"\n")) {
		t.Errorf("the log: %s", text)
	}
	found, err := b.Looks(t.Context(), LooksOf{Subject: b.Subject(number)})
	if err != nil || len(found) != 1 || found[0].Account != "a" || found[0].What != Contacts || found[0].Reason != "truy vết ca 12" {
		t.Errorf("who looked: %+v, %v", found, err)
	}
	other := newBureau(t, Options{})
	if other.Subject(number) == b.Subject(number) {
		t.Error("another province's log tells of the same number")
	}
}

func TestLooksComePageByPage(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Trace)
	b.looks(t, a, 5)
	var have []int64
	for before := int64(0); ; {
		page, err := b.Looks(t.Context(), LooksOf{Account: "a", Before: before, Limit: 2})
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, l := range page {
			have = append(have, l.N)
		}
		before = page[len(page)-1].N
	}
	if !slices.Equal(have, []int64{6, 5, 4, 3, 2}) {
		t.Errorf("%v", have)
	}
	if all, err := b.Looks(t.Context(), LooksOf{From: b.clock.now().Add(time.Second)}); err != nil || len(all) != 0 {
		t.Errorf("of the future: %v, %v", all, err)
	}
}

func TestTheKeyIsKeptFromOthers(t *testing.T) {
	url := "postgres:///x?host=/absent"
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	if _, err := Open(t.Context(), url, Options{Dir: dir}); !errors.Is(err, ErrKey) {
		t.Errorf("open to others: %v", err)
	}
	if _, err := Open(t.Context(), url, Options{Dir: dir + "/none"}); !errors.Is(err, ErrKey) {
		t.Errorf("missing: %v", err)
	}
	must(t, os.Chmod(dir, 0o700))
	o, err := Open(t.Context(), url, Options{Dir: dir})
	must(t, err)
	defer o.Close()
	info, err := os.Stat(dir + "/" + keyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	again, err := Open(t.Context(), url, Options{Dir: dir})
	must(t, err)
	defer again.Close()
	if again.Subject("1") != o.Subject("1") {
		t.Error("another key after the next start")
	}
	must(t, o.log.saw(end{3, start()}))
	must(t, os.Remove(dir+"/"+keyFile))
	if _, err := Open(t.Context(), url, Options{Dir: dir}); !errors.Is(err, ErrKey) {
		t.Errorf("a key that was lost is made anew: %v", err)
	}
}
