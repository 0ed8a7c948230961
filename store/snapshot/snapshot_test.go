package snapshot_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/store/snapshot"
)

// invented makes person i: everything about them follows from i.
func invented(i int) *snapshot.Person {
	birth := checkpoint.Date{Year: 1950 + i%50, Month: 1 + i%12, Day: 1 + i%28}
	sex := checkpoint.Male
	if i%2 == 1 {
		sex = checkpoint.Female
	}
	return &snapshot.Person{
		Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("001%09d", i), Birth: birth, NameFold: fmt.Sprintf("NGUYEN VAN %d", i), Sex: sex,
		Facts: checkpoint.Person{
			Issued: checkpoint.Date{Year: 2021, Month: 5, Day: 1 + i%28}, DoseCount: 2,
			Doses: []checkpoint.Dose{{Date: checkpoint.Date{Year: 2021, Month: 9, Day: 3}, Product: 2, Number: 2, Course: 2}, {Date: checkpoint.Date{Year: 2021, Month: 8, Day: 3}, Product: 1, Number: 1, Course: 2}},
		},
	}
}

func query(p *snapshot.Person) checkpoint.Query {
	return checkpoint.Query{Kind: p.Kind, Number: p.Number, Birth: p.Birth, NameFold: p.NameFold, Sex: p.Sex}
}

// province is a small province with keys, as the builder would leave it.
type province struct {
	t      testing.TB
	pepper snapshot.Pepper
	trust  snapshot.Trust
	keys   []ed25519.PrivateKey
	dir    string
}

func newProvince(t testing.TB) *province {
	p := &province{t: t, pepper: snapshot.Pepper{1, 2, 3}, dir: t.TempDir()}
	p.trust = snapshot.Trust{Province: "mau", RecordsKey: make([]byte, 32), Snapshot: snapshot.KeySet{Threshold: 2}}
	for i := range 3 {
		key := ed25519.NewKeyFromSeed(append(make([]byte, 31), byte(i)))
		p.keys = append(p.keys, key)
		p.trust.Snapshot.Keys = append(p.trust.Snapshot.Keys, snapshot.PublicKey{Name: fmt.Sprint(i), Key: snapshot.HexData(key.Public().(ed25519.PublicKey))})
	}
	p.must(os.MkdirAll(snapshot.LayersDir(p.dir), 0o755))
	return p
}

func (p *province) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) layer(kind snapshot.LayerKind, number uint64, stretch snapshot.Stretch, entries ...snapshot.Entry) snapshot.LayerRef {
	p.t.Helper()
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: kind, Number: number, Stretch: stretch}, p.pepper)
	p.must(err)
	for _, e := range entries {
		p.must(w.Add(e))
	}
	ref, err := w.Write(snapshot.LayersDir(p.dir))
	p.must(err)
	return ref
}

func people(from, to int) (list []snapshot.Entry) {
	for i := from; i < to; i++ {
		list = append(list, snapshot.Entry{Person: invented(i)})
	}
	return list
}

func (p *province) manifest(number uint64, layers ...snapshot.LayerRef) snapshot.Manifest {
	m := snapshot.Manifest{Province: "mau", Number: number, Created: 1_640_000_000, Layers: layers, Stretch: layers[0].Header.Stretch, Policy: []byte("x")}
	p.must(snapshot.WriteBundle(p.dir, m))
	for _, k := range p.keys[:2] {
		p.sign(k)
	}
	return m
}

func (p *province) sign(k ed25519.PrivateKey) {
	raw, _, err := snapshot.ReadBundle(p.dir)
	p.must(err)
	p.must(snapshot.AddSignature(p.dir, snapshot.Sign(raw, k)))
}

func (p *province) box() *snapshot.Box {
	return snapshot.NewBox(filepath.Join(p.t.TempDir(), "snapshot"), p.trust, p.pepper)
}

func (p *province) open(b *snapshot.Box) *snapshot.Register {
	p.t.Helper()
	r, err := b.Open()
	p.must(err)
	p.t.Cleanup(func() { r.Close() })
	return r
}

func TestEveryoneIsFoundAndNobodyElse(t *testing.T) {
	p := newProvince(t)
	p.manifest(1, p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 5000)...))
	b := p.box()
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	r := p.open(b)
	for i := range 5000 {
		want := invented(i)
		m, err := r.Lookup(query(want))
		p.must(err)
		if !m.Opened || m.Name != checkpoint.Agrees || m.Sex != checkpoint.Agrees || m.Person.Issued != want.Facts.Issued || len(m.Person.Doses) != 2 || m.Person.Doses[0] != want.Facts.Doses[0] {
			t.Fatalf("person %d: %+v", i, m)
		}
	}
	for i := 5000; i < 10000; i++ {
		m, err := r.Lookup(query(invented(i)))
		p.must(err)
		if m.Found {
			t.Fatalf("person %d was found and is not in the data", i)
		}
	}
}

func TestOtherDetailsDoNotOpenOrAreNamed(t *testing.T) {
	p := newProvince(t)
	p.manifest(1, p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 10)...))
	b := p.box()
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	r := p.open(b)
	ask := func(change func(q *checkpoint.Query)) checkpoint.Match {
		q := query(invented(3))
		change(&q)
		m, err := r.Lookup(q)
		p.must(err)
		return m
	}
	if m := ask(func(q *checkpoint.Query) { q.Birth.Day++ }); !m.Found || m.Opened {
		t.Errorf("another birth date: %+v", m)
	}
	if m := ask(func(q *checkpoint.Query) { q.Birth = checkpoint.Date{} }); !m.Found || m.Opened {
		t.Errorf("no birth date: %+v", m)
	}
	if m := ask(func(q *checkpoint.Query) { q.NameFold = "TRAN THI BINH" }); m.Name != checkpoint.Differs || m.Sex != checkpoint.Agrees {
		t.Errorf("another name: %+v", m)
	}
	if m := ask(func(q *checkpoint.Query) { q.NameFold = "" }); m.Name != checkpoint.Unknown {
		t.Errorf("no name: %+v", m)
	}
	if m := ask(func(q *checkpoint.Query) { q.Sex = checkpoint.Male }); m.Sex != checkpoint.Differs {
		t.Errorf("another sex: %+v", m)
	}
}

func TestNewerLayersWinAndTombstonesHide(t *testing.T) {
	p := newProvince(t)
	base := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 100)...)
	changed := invented(7)
	changed.Facts.Card = checkpoint.CardLost
	daily := p.layer(snapshot.LayerDaily, 2, snapshot.StretchNone,
		snapshot.Entry{Person: changed}, snapshot.Entry{Removed: &snapshot.Removed{Kind: checkpoint.KindCCCD, Number: invented(8).Number}})
	back := p.layer(snapshot.LayerHourly, 3, snapshot.StretchNone, snapshot.Entry{Person: invented(8)})
	b := p.box()
	look := func(i int) checkpoint.Match {
		r, err := b.Open()
		p.must(err)
		defer r.Close()
		m, err := r.Lookup(query(invented(i)))
		p.must(err)
		return m
	}
	p.manifest(2, daily, base)
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	if look(7).Person.Card != checkpoint.CardLost || look(8).Found || !look(9).Opened {
		t.Fatal("the daily layer does not win")
	}
	p.manifest(3, back, daily, base)
	_, err = b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	if !look(8).Opened {
		t.Fatal("a person who came back stays hidden")
	}
}

func TestAliasesLeadToThePerson(t *testing.T) {
	p := newProvince(t)
	who := invented(5)
	entries := append(people(0, 10),
		snapshot.Entry{Alias: &snapshot.Alias{Kind: checkpoint.KindCMND, Number: "012345678", Birth: who.Birth, MainKind: who.Kind, Main: who.Number}},
		snapshot.Entry{Person: &snapshot.Person{Kind: checkpoint.KindPassport, Number: "C1234567", Birth: who.Birth}},
		snapshot.Entry{Alias: &snapshot.Alias{Kind: checkpoint.KindCMND, Number: "000000001", Birth: who.Birth, MainKind: checkpoint.KindPassport, Main: "C1234567"}})
	p.manifest(1, p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, entries...))
	b := p.box()
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	r := p.open(b)
	for _, number := range []string{"012345678", "000000001"} {
		m, err := r.Lookup(checkpoint.Query{Kind: checkpoint.KindCMND, Number: number, Birth: who.Birth})
		p.must(err)
		if !m.Opened {
			t.Errorf("old number %s: %+v", number, m)
		}
	}
	m, err := r.Lookup(checkpoint.Query{Kind: checkpoint.KindCMND, Number: "012345678", Birth: checkpoint.Date{Year: 1901}})
	p.must(err)
	if !m.Found || m.Opened {
		t.Errorf("old number with another birth date: %+v", m)
	}
}

func TestStretchedRecordsOpen(t *testing.T) {
	p := newProvince(t)
	p.manifest(1, p.layer(snapshot.LayerBase, 1, snapshot.StretchArgon2id, people(0, 5)...))
	b := p.box()
	_, err := b.Load(p.dir, snapshot.Incoming{})
	p.must(err)
	m, err := p.open(b).Lookup(query(invented(3)))
	p.must(err)
	if !m.Opened {
		t.Fatal("does not open")
	}
}

func TestTwoBuildsGiveTheSameBytes(t *testing.T) {
	p := newProvince(t)
	entries := people(0, 6000)
	first := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, entries...)
	one, err := os.ReadFile(filepath.Join(snapshot.LayersDir(p.dir), first.FileName()))
	p.must(err)
	rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	second := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, entries...)
	two, err := os.ReadFile(filepath.Join(snapshot.LayersDir(p.dir), second.FileName()))
	p.must(err)
	if first != second || string(one) != string(two) {
		t.Fatal("the same input in another order gave another file")
	}
	other := p.layer(snapshot.LayerBase, 2, snapshot.StretchNone, entries...)
	if other.Header.Input == first.Header.Input {
		t.Fatal("two layers share the salt of their record keys")
	}
}

func TestOneDocumentTwiceIsRefused(t *testing.T) {
	p := newProvince(t)
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1}, p.pepper)
	p.must(err)
	p.must(w.Add(snapshot.Entry{Person: invented(1)}))
	p.must(w.Add(snapshot.Entry{Person: invented(1)}))
	if _, err := w.Write(snapshot.LayersDir(p.dir)); err == nil {
		t.Fatal("the same number twice was written")
	}
}

func TestPeoplePerPage(t *testing.T) {
	p := newProvince(t)
	ref := p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 20000)...)
	info, err := os.Stat(filepath.Join(snapshot.LayersDir(p.dir), ref.FileName()))
	p.must(err)
	if per := float64(info.Size()) / 20000; per > 100 {
		t.Errorf("%.1f bytes a person on the card, want at most 100", per)
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, attack := range map[string]func(p *province, m snapshot.Manifest) error{
		"one signature short": func(p *province, m snapshot.Manifest) error {
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			return snapshot.ErrUntrusted
		},
		"one officer signs twice": func(p *province, m snapshot.Manifest) error {
			p.must(snapshot.WriteBundle(p.dir, m))
			raw, _, err := snapshot.ReadBundle(p.dir)
			p.must(err)
			s := snapshot.Sign(raw, p.keys[0])
			list, err := snapshot.EncodeSignatures([]snapshot.Signature{s, s})
			p.must(err)
			p.must(os.WriteFile(filepath.Join(p.dir, "signatures.cbor"), list, 0o644))
			return snapshot.ErrUntrusted
		},
		"a stranger signs": func(p *province, m snapshot.Manifest) error {
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(ed25519.NewKeyFromSeed(append(make([]byte, 31), 99)))
			return snapshot.ErrUntrusted
		},
		"manifest changed after signing": func(p *province, m snapshot.Manifest) error {
			path := filepath.Join(p.dir, "manifest.cbor")
			raw, err := os.ReadFile(path)
			p.must(err)
			raw[len(raw)-1] ^= 1
			p.must(os.WriteFile(path, raw, 0o644))
			return snapshot.ErrUntrusted
		},
		"another province": func(p *province, m snapshot.Manifest) error {
			m.Province = "khac"
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			return snapshot.ErrUntrusted
		},
		"an older number": func(p *province, m snapshot.Manifest) error {
			m.Number = 4
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			return snapshot.ErrUntrusted
		},
		"the number in use with other contents": func(p *province, m snapshot.Manifest) error {
			m.Created++
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			return snapshot.ErrUntrusted
		},
		"another pepper": func(p *province, m snapshot.Manifest) error {
			p.pepper[0] ^= 1
			m.Number, m.Layers = 6, []snapshot.LayerRef{p.layer(snapshot.LayerBase, 6, snapshot.StretchNone, people(0, 10)...)}
			p.pepper[0] ^= 1
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			return snapshot.ErrUntrusted
		},
		"layer truncated": func(p *province, m snapshot.Manifest) error {
			m.Number, m.Layers = 6, []snapshot.LayerRef{p.layer(snapshot.LayerBase, 6, snapshot.StretchNone, people(0, 1000)...)}
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			p.must(os.Truncate(filepath.Join(snapshot.LayersDir(p.dir), m.Layers[0].FileName()), 8192))
			return snapshot.ErrDamaged
		},
		"layer empty": func(p *province, m snapshot.Manifest) error {
			m.Number, m.Layers = 6, []snapshot.LayerRef{p.layer(snapshot.LayerBase, 6, snapshot.StretchNone, people(0, 10)...)}
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			p.must(os.Truncate(filepath.Join(snapshot.LayersDir(p.dir), m.Layers[0].FileName()), 0))
			return snapshot.ErrDamaged
		},
		"layers of another snapshot under this name": func(p *province, m snapshot.Manifest) error {
			other := p.layer(snapshot.LayerBase, 6, snapshot.StretchNone, people(50, 60)...)
			m.Number, m.Layers = 6, []snapshot.LayerRef{p.layer(snapshot.LayerBase, 6, snapshot.StretchNone, people(0, 10)...)}
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			p.must(os.Rename(filepath.Join(snapshot.LayersDir(p.dir), other.FileName()), filepath.Join(snapshot.LayersDir(p.dir), m.Layers[0].FileName())))
			return snapshot.ErrDamaged
		},
		"the check says no": func(p *province, m snapshot.Manifest) error {
			m.Number = 6
			p.must(snapshot.WriteBundle(p.dir, m))
			p.sign(p.keys[0])
			p.sign(p.keys[1])
			return errCheck
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvince(t)
			m := p.manifest(5, p.layer(snapshot.LayerBase, 5, snapshot.StretchNone, people(0, 10)...))
			b := p.box()
			_, err := b.Load(p.dir, snapshot.Incoming{})
			p.must(err)
			want := attack(p, m)
			_, err = b.Load(p.dir, snapshot.Incoming{Check: func(*snapshot.Register) error { return errCheck }})
			if !errors.Is(err, want) {
				t.Fatalf("got %v, want %v", err, want)
			}
			if n, err := b.Current(); n != 5 || err != nil {
				t.Fatalf("in use: %d %v, want 5", n, err)
			}
			if m, err := p.open(b).Lookup(query(invented(3))); err != nil || !m.Opened {
				t.Fatalf("the snapshot in use does not answer: %+v %v", m, err)
			}
		})
	}
}

var errCheck = errors.New("policy does not compile")

func TestThePreviousSnapshotIsKeptAndOlderOnesGo(t *testing.T) {
	p := newProvince(t)
	b := p.box()
	for n := uint64(1); n <= 4; n++ {
		p.manifest(n, p.layer(snapshot.LayerBase, n, snapshot.StretchNone, people(0, 10)...))
		_, err := b.Load(p.dir, snapshot.Incoming{})
		p.must(err)
	}
	if kept, err := b.Kept(); err != nil || fmt.Sprint(kept) != "[3 4]" {
		t.Fatalf("kept %v %v", kept, err)
	}
	r, err := b.OpenPrevious(4)
	p.must(err)
	defer r.Close()
	if r.Manifest.Number != 3 {
		t.Fatalf("previous is %d", r.Manifest.Number)
	}
}

// A lookup costs a search in each layer, so a box takes no more of them than
// were measured, whoever signed.
func TestABoxSearchesEightLayersAtMost(t *testing.T) {
	p := newProvince(t)
	layers := slices.Repeat([]snapshot.LayerRef{p.layer(snapshot.LayerBase, 1, snapshot.StretchNone, people(0, 10)...)}, snapshot.MaxLayers+1)
	try := func(layers []snapshot.LayerRef) error {
		p.manifest(1, layers...)
		raw, signatures, err := snapshot.ReadBundle(p.dir)
		p.must(err)
		_, err = snapshot.Accept(raw, signatures, p.trust)
		return err
	}
	if err := try(layers[1:]); err != nil {
		t.Error(err)
	}
	if err := try(layers); !errors.Is(err, snapshot.ErrUntrusted) || !strings.Contains(err.Error(), "9 layers") {
		t.Errorf("nine layers: %v", err)
	}
}
