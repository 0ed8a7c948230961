package verify_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/verify"
)

func reportQuantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func TestWithoutASnapshotNobodyIsJudged(t *testing.T) {
	d := desk{now: today(), trusted: true}
	if got, want := words(d.show(t, person(1).card().String())), "fault N05 - [NO_DATA] []"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := words(d.show(t, "https://tokhaiyte.vn/x")), "not read N02 - [NOT_PERSONAL] []"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// One bit of the block has flipped: whoever is asked for, in it or not, the
// answer is a fault, and whoever keeps the snapshot is told.
func TestDamagedRegisterIsAFault(t *testing.T) {
	var people []life
	for n := range inTheBlock - 1 {
		people = append(people, person(n+1))
	}
	p := newProvince(t, source(people))
	files, err := filepath.Glob(filepath.Join(p.dir, "layers", "*.layer"))
	must(t, err)
	for _, name := range files {
		must(t, os.Chmod(name, 0o600))
		raw, err := os.ReadFile(name)
		must(t, err)
		damageBlocks(t, raw)
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		must(t, err)
		_, err = f.WriteAt(raw, 0) // in place, below the open register
		must(t, err)
		must(t, f.Close())
	}
	var told []uint64
	d := p.desk(today(), sixHours)
	v := &verify.Verifier{Source: d, Clock: d, Damaged: func(n uint64, _ error) { told = append(told, n) }}
	for _, payload := range []string{person(1).card().String(), person(inTheBlock).card().String()} {
		got := v.Verify(t.Context(), checkpoint.Scan{Payload: []byte(payload)}, checkpoint.LaneInfo{SiteType: "building"})
		if want := "fault N19 - [REGISTER_DAMAGED] []"; words(got) != want {
			t.Errorf("got %s, want %s", words(got), want)
		}
	}
	if !slices.Equal(told, []uint64{1, 1}) {
		t.Errorf("told of snapshots %v, want 1 twice", told)
	}
}

// inTheBlock is how many entries the only block has: the probe and the people. A
// block of two would lie in the page of the buckets, which is read once.
const inTheBlock = 16

// damageBlocks flips one bit in the layer's only block, which is known by its
// head: version 1, the number of entries, the range of all tags.
func damageBlocks(t *testing.T, file []byte) {
	t.Helper()
	whole := append(make([]byte, 16), bytes.Repeat([]byte{0xff}, 16)...) // lowest to highest tag
	found := false
	for at := 0; at+35 < len(file); at++ {
		if file[at] == 1 && binary.BigEndian.Uint16(file[at+1:]) == inTheBlock && bytes.Equal(file[at+3:at+35], whole) {
			file[at+100] ^= 4
			found = true
		}
	}
	if !found {
		t.Fatal("the layer's only block was not found")
	}
}

// A clock that may be wrong by weeks gives neither green nor a red that counts
// days. A lost card is lost on any day.
func TestUntrustedClock(t *testing.T) {
	admitted, unvaccinated, ill, lost, stranger := person(1), person(2), person(3), person(4), person(5)
	unvaccinated.doses = nil
	ill.status, ill.from = input.CaseF0, day(2)
	lost.report, lost.since = input.WithdrawnLost, day(5)
	d := newProvince(t, source([]life{admitted, unvaccinated, ill, lost})).desk(today(), sixHours)
	d.trusted = false
	for name, c := range map[string]struct {
		who  life
		want string
	}{
		"two doses":   {admitted, "refer N06 two-doses [CLOCK_UNTRUSTED] []"},
		"no dose":     {unvaccinated, "refer N06 no-dose [DOSES_MISSING CLOCK_UNTRUSTED] []"},
		"active case": {ill, "refer N06 movement-restricted [CASE_ACTIVE CLOCK_UNTRUSTED] []"},
		"lost card":   {lost, "refuse R02 card-reported [CARD_LOST CLOCK_UNTRUSTED] []"},
		"stranger":    {stranger, "refer A01 not-in-data [NOT_IN_DATA CLOCK_UNTRUSTED] []"},
	} {
		if got := words(d.show(t, c.who.card().String())); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestCodesThatAreNobodysAreNamedAndNotKept(t *testing.T) {
	d := newProvince(t, source([]life{person(1)})).desk(today(), sixHours)
	for payload, want := range map[string]string{
		"https://tokhaiyte.vn/?page=Group.checkin&groupId=1": "not read N02 - [NOT_PERSONAL] []",
		"https://example.com/menu":                           "not read N02 - [NOT_PERSONAL] []",
		"HC1:6BFOXN":                                         "not read N01 - [UNREADABLE] []", // cut short
		"shc:/5676290952432060346029243740446031222959":      "not read N02 - [NOT_PERSONAL] []",
		"00020101021138540010A00000072701240006970436":       "not read N02 - [NOT_PERSONAL] []",
		"5Kg gao ST25 | lo 0417":                             "not read N01 - [UNREADABLE] []",
		"001090900001|x":                                     "not read N01 - [UNREADABLE] []",
		"":                                                   "not read N01 - [UNREADABLE] []",
		strings.Repeat("7", 10_000):                          "not read N01 - [UNREADABLE] []",
	} {
		got := d.show(t, payload)
		if words(got) != want {
			t.Errorf("%.20q: got %s, want %s", payload, words(got), want)
		}
		if c := got.Credential; c == nil || c.Number+c.FullName+c.Address != "" {
			t.Errorf("%.20q: kept %+v", payload, c)
		}
		if len(got.CodeHash) == 0 {
			t.Errorf("%.20q: no keyed hash", payload)
		}
	}
}

func TestABrokenOffScanIsNotRead(t *testing.T) {
	d := newProvince(t, source([]life{person(1)})).desk(today(), sixHours)
	v := &verify.Verifier{Source: d, Clock: d}
	got := v.Verify(t.Context(), checkpoint.Scan{Unreadable: true}, checkpoint.LaneInfo{})
	if want := "not read N01 - [UNREADABLE] []"; words(got) != want {
		t.Errorf("got %s, want %s", words(got), want)
	}
}

// Whatever paper of a person is shown, what the lane is told of the decision
// stays with it: policy, snapshot, window, who it was.
func TestDecisionCarriesWhatTheRecordNeeds(t *testing.T) {
	l := person(1)
	l.HealthCard = "7900000001"
	d := newProvince(t, source([]life{l})).desk(today(), sixHours)
	got := d.show(t, l.card().String())
	if !got.InData || got.Snapshot != 1 || got.Policy != 1 || got.RepeatFor != 5*time.Minute || got.Person.IsZero() || got.Credential.Number != l.Number {
		t.Errorf("%+v", got)
	}
	if other := d.show(t, person(2).card().String()); other.InData || other.Person == got.Person {
		t.Errorf("a stranger: %+v", other)
	}
	newer, older := d.show(t, healthCard("7900000001")(l)), d.show(t, oldHealthCard("7900000001")(l))
	if newer.Person != older.Person {
		t.Error("the new and the old health card of one person are two people")
	}
	if got.Args["time"] == "" || got.Args["hotline"] == "" || got.Args["phone"] == "" {
		t.Errorf("words for the screen: %v", got.Args)
	}
}
