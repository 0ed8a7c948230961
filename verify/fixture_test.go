package verify_test

import (
	"crypto/ed25519"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
	"checkpoint/store/snapshot"
	"checkpoint/verify"
	"checkpoint/verify/policy"
)

// The day of all cases that do not say otherwise, and the age of their data.
func today() time.Time {
	return time.Date(2025, 3, 1, 8, 0, 0, 0, time.FixedZone("+07", 7*60*60))
}

const sixHours = 6 * time.Hour

// day is the calendar day so many days before today.
func day(ago int) checkpoint.Date { return checkpoint.DateOf(today().AddDate(0, 0, -ago)) }

func date(s string) checkpoint.Date {
	d, err := checkpoint.ParseDate(s)
	if err != nil {
		panic(err) // a literal of a test
	}
	return d
}

// life is what the province knows of one person.
type life struct {
	input.Person
	doses  []checkpoint.Dose
	tests  []input.Test
	status string // of the case, empty: none
	from   checkpoint.Date
	until  checkpoint.Date
	report string // of the card, empty: none
	since  checkpoint.Date
}

// person is an adult whom every rule admits; i tells people apart.
func person(i int) life {
	return life{
		Person: input.Person{
			Number: fmt.Sprintf("00109090%04d", i), FullName: "Nguyễn Văn An", Birth: date("1990-08-15"), Sex: checkpoint.Male,
			Issued: date("2022-03-15"), CardStatus: input.CardValid,
		},
		doses: []checkpoint.Dose{{Date: day(102), Number: 1, Course: 2}, {Date: day(60), Number: 2, Course: 2}},
	}
}

// card is what a chip card prints.
type card struct{ number, old, name, birth, sex, issued string }

func (l life) card() card {
	sex := "Nam"
	if l.Sex == checkpoint.Female {
		sex = "Nữ"
	}
	return card{number: l.Number, name: l.FullName, birth: printed(l.Birth), sex: sex, issued: printed(l.Issued)}
}

func printed(d checkpoint.Date) string {
	parts := strings.Split(d.String(), "-")
	s := ""
	for _, p := range parts {
		s = p + s
	}
	return s
}

func (c card) String() string {
	return strings.Join([]string{c.number, c.old, c.name, c.birth, c.sex, "Số 7, Phúc Xá, Ba Đình, Hà Nội", c.issued}, "|")
}

// source turns lives into the rows that the province's files would hold.
func source(lives []life) build.Source {
	var (
		people  []input.Person
		doses   []input.Dose
		cases   []input.Case
		reports []input.Withdrawn
		tests   []input.Test
	)
	for _, l := range lives {
		people = append(people, l.Person)
		for _, d := range l.doses {
			doses = append(doses, input.Dose{Number: l.Number, Date: d.Date, Dose: d.Number, Course: d.Course})
		}
		for _, t := range l.tests {
			t.Number = l.Number
			tests = append(tests, t)
		}
		if l.status != "" {
			cases = append(cases, input.Case{Number: l.Number, Status: l.status, From: l.from, Until: l.until})
		}
		if l.report != "" {
			reports = append(reports, input.Withdrawn{Kind: checkpoint.KindCCCD, Number: l.Number, Reason: l.report, Since: l.since})
		}
	}
	return build.Source{People: rows(people), Doses: rows(doses), Cases: rows(cases), Withdrawn: rows(reports), Tests: rows(tests)}
}

func rows[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// province builds, signs and loads a snapshot as the tools do, and opens it.
type province struct {
	box      *snapshot.Box
	dir      string // of the box's store
	register *snapshot.Register
	rules    *policy.Policy
}

func newProvince(t testing.TB, src build.Source) *province {
	t.Helper()
	pepper := snapshot.Pepper{1, 2, 3}
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	trust := snapshot.Trust{Province: "mau", RecordsKey: make([]byte, 32), Snapshot: snapshot.KeySet{
		Threshold: 1, Keys: []snapshot.PublicKey{{Name: "officer 1", Key: snapshot.HexData(key.Public().(ed25519.PublicKey))}},
	}}
	dir := t.TempDir()
	must(t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	ref, _, err := build.Layer(src, snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1}, pepper, snapshot.LayersDir(dir))
	must(t, err)
	must(t, snapshot.WriteBundle(dir, snapshot.Manifest{Province: "mau", Number: 1, Created: 1, Layers: []snapshot.LayerRef{ref}, Policy: policy.Sample()}))
	raw, _, err := snapshot.ReadBundle(dir)
	must(t, err)
	must(t, snapshot.AddSignature(dir, snapshot.Sign(raw, key)))
	p := &province{dir: filepath.Join(t.TempDir(), "snapshot")}
	p.box = snapshot.NewBox(p.dir, trust, pepper)
	_, err = p.box.Load(dir, snapshot.Incoming{})
	must(t, err)
	p.register, err = p.box.Open()
	must(t, err)
	t.Cleanup(func() { p.register.Close() })
	p.rules, err = policy.Parse(p.register.Manifest.Policy)
	must(t, err)
	return p
}

// desk is a lane's verifier at one moment, over data of one age.
type desk struct {
	data    *verify.Data // nil: none loaded
	now     time.Time
	trusted bool
	lane    checkpoint.LaneInfo
}

// officeLane leads into a building.
func officeLane() checkpoint.LaneInfo {
	return checkpoint.LaneInfo{SiteType: "building", Direction: checkpoint.In}
}

func (p *province) desk(now time.Time, age time.Duration) desk {
	return desk{&verify.Data{Register: p.register, Policy: p.rules, Number: 1, Created: now.Add(-age)}, now, true, officeLane()}
}

func (d desk) Now() (time.Time, bool)          { return d.now, d.trusted }
func (d desk) Acquire() (*verify.Data, func()) { return d.data, func() {} }

func (d desk) show(t testing.TB, payload string) checkpoint.Decision {
	t.Helper()
	return d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(payload)})
}

func (d desk) scan(t testing.TB, s checkpoint.Scan) checkpoint.Decision {
	t.Helper()
	v := &verify.Verifier{Source: d, Clock: d}
	return v.Verify(t.Context(), s, d.lane)
}

// words is a decision in one line: verdict reason rule [findings] [differs].
func words(d checkpoint.Decision) string {
	rule := d.Rule
	if rule == "" {
		rule = "-"
	}
	return fmt.Sprint(d.Verdict, " ", d.Reason, " ", rule, " ", d.Findings, " ", d.Differs)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
