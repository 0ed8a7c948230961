package main

import (
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/verify"
	"checkpoint/verify/policy"
)

// people is enough for some hundred whom the policy admits.
const people = 700

// province is an invented province with keys and two signed snapshots of the
// same people, made once for all tests.
type province struct {
	dir     string
	green   []string          // payloads of different people whom the policy admits
	cards   map[string]string // payloads of the sample cards by name
	records hpke.PrivateKey
}

// shared is the province of this test run.
var shared struct {
	once     sync.Once
	province *province
	err      error
}

func theProvince(t testing.TB) *province {
	t.Helper()
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "province")
		shared.province = &province{dir: dir, cards: map[string]string{}}
		shared.err = err
		if err == nil {
			shared.err = shared.province.make()
		}
	})
	if shared.err != nil {
		t.Fatalf("make the sample province: %v", shared.err)
	}
	return shared.province
}

func removeProvince() {
	if p := shared.province; p != nil {
		os.RemoveAll(p.dir)
	}
}

func (p *province) keys(name string) string { return filepath.Join(p.dir, "keys", name) }

// snapshot is the directory of signed snapshot n, as a stick would carry it.
func (p *province) snapshot(n uint64) string { return filepath.Join(p.dir, fmt.Sprint("snapshot", n)) }

func (p *province) make() error {
	if _, err := keys.Init(filepath.Join(p.dir, "keys"), "mau", 3, 2); err != nil {
		return err
	}
	var err error
	if p.records, err = keys.ReadRecords(p.keys(keys.RecordsFile)); err != nil {
		return err
	}
	o := sample.Options{People: people, Seed: 7, Date: checkpoint.DateOf(time.Now())}
	if err := sample.Generate(context.Background(), filepath.Join(p.dir, "sample"), o); err != nil {
		return err
	}
	invented, err := sample.New(o)
	if err != nil {
		return err
	}
	for _, c := range invented.Cards() {
		p.cards[c.Name] = c.Payload
	}
	return errors.Join(p.build(1), p.build(2), p.findGreen(invented))
}

// build makes snapshot n of the sample and has two officers sign it.
func (p *province) build(n uint64) (err error) {
	pepper, err := snapshot.ReadPepper(p.keys(keys.PepperFile))
	if err != nil {
		return err
	}
	var src build.Source
	sheet := func(name string) io.Reader {
		f, openErr := os.Open(filepath.Join(p.dir, "sample", name))
		err = errors.Join(err, openErr)
		return f // read to its end below; the test process closes it
	}
	src.People = rowsOf(input.People, sample.PeopleFile, sheet)
	src.Doses = rowsOf(input.Doses, sample.DosesFile, sheet)
	src.Cases = rowsOf(input.Cases, sample.CasesFile, sheet)
	src.Withdrawn = rowsOf(input.Withdrawals, sample.WithdrawnFile, sheet)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(snapshot.LayersDir(p.snapshot(n)), 0o755); err != nil {
		return err
	}
	ref, _, err := build.Layer(src, snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: n}, pepper, snapshot.LayersDir(p.snapshot(n)))
	if err != nil {
		return err
	}
	return p.sign(n, snapshot.Manifest{Province: "mau", Number: n, Created: time.Now().Unix(), Policy: policy.Sample(), Layers: []snapshot.LayerRef{ref}})
}

func rowsOf[T any](read func(string, io.Reader) iter.Seq2[T, error], name string, open func(string) io.Reader) iter.Seq2[T, error] {
	return read(name, open(name))
}

func (p *province) sign(n uint64, m snapshot.Manifest) error {
	if err := snapshot.WriteBundle(p.snapshot(n), m); err != nil {
		return err
	}
	raw, _, err := snapshot.ReadBundle(p.snapshot(n))
	if err != nil {
		return err
	}
	for officer := 1; officer <= 2; officer++ {
		key, err := keys.ReadSigner(p.keys(keys.OfficerFile(officer)))
		if err != nil {
			return err
		}
		if err := snapshot.AddSignature(p.snapshot(n), snapshot.Sign(raw, key)); err != nil {
			return err
		}
	}
	return nil
}

// findGreen asks the verifier itself who is admitted.
func (p *province) findGreen(invented *sample.Province) error {
	state := filepath.Join(p.dir, "box")
	if err := errors.Join(p.enrol(state), p.load(state, 1)); err != nil {
		return err
	}
	store, _, err := snapshots.Store(state)
	if err != nil {
		return err
	}
	holder := snapshots.NewHolder(store)
	defer holder.Close()
	if _, err := holder.Reload(); err != nil {
		return err
	}
	v := &verify.Verifier{Source: holder, Clock: trusted{}}
	for i := range people {
		payload := invented.Payload(i)
		d := v.Verify(context.Background(), checkpoint.Scan{Payload: []byte(payload)}, checkpoint.LaneInfo{Direction: checkpoint.In})
		if d.Verdict == checkpoint.Admit {
			p.green = append(p.green, payload)
		}
	}
	if len(p.green) < people/3 {
		return fmt.Errorf("only %d of %d people are admitted", len(p.green), people)
	}
	return nil
}

type trusted struct{}

func (trusted) Now() (time.Time, bool) { return time.Now(), true }

// enrol gives a box's state directory what an enrolment would: the province's
// public keys and the pepper, and a key of its own.
func (p *province) enrol(state string) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	for _, name := range []string{keys.ProvinceFile, keys.PepperFile} {
		b, err := os.ReadFile(p.keys(name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(state, name), b, 0o600); err != nil {
			return err
		}
	}
	_, err := keys.BoxSigner(filepath.Join(state, snapshots.BoxKeyFile))
	return err
}

// load takes snapshot n in, as `checkpointctl snapshot load` does.
func (p *province) load(state string, n uint64) error {
	store, _, err := snapshots.Store(state)
	if err != nil {
		return err
	}
	_, err = store.Load(p.snapshot(n), snapshot.Incoming{Check: snapshots.Check})
	return err
}

// boxKey is what proves a segment to be the box's.
func boxKey(state string) (ed25519.PrivateKey, error) {
	return keys.ReadSigner(filepath.Join(state, snapshots.BoxKeyFile))
}
