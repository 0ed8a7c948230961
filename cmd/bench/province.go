package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
)

// seed of the invented people; another one gives others, not other numbers.
const seed = 7

// province is an invented province, built and signed, and the state directory
// of a box that has it loaded.
type province struct {
	*sample.Province
	dir      string
	people   int
	measured measured
}

// measured is what building showed. It is kept with the province, which is
// built once a day: older data admits nobody.
type measured struct {
	Build, Load time.Duration
	Bytes       int64 // of the layer
}

func (p *province) keys(name string) string { return filepath.Join(p.dir, "keys", name) }

func (p *province) state() string { return filepath.Join(p.dir, "state") }

func (b *bench) province(ctx context.Context, people int, stretch bool) (*province, error) {
	today := checkpoint.DateOf(time.Now())
	made, err := sample.New(sample.Options{People: people, Seed: seed, Date: today})
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s-%d", today, people)
	if stretch {
		name += "-stretched"
	}
	p := &province{Province: made, dir: filepath.Join(b.cache, name), people: people}
	notes := filepath.Join(p.dir, "measured.json")
	if text, err := os.ReadFile(notes); err == nil && b.ofTheseTools(notes) {
		return p, json.Unmarshal(text, &p.measured)
	}
	fmt.Fprintf(b.io.Err, "build: a province of %d people, stretched keys: %t\n", people, stretch)
	if err := b.build(ctx, p, today, stretch); err != nil {
		return nil, err
	}
	text, err := json.Marshal(p.measured)
	if err != nil {
		return nil, err
	}
	return p, os.WriteFile(notes, text, 0o644) // last: a province without is built anew
}

// ofTheseTools tells whether a province is younger than what builds provinces:
// the format of an older one may be another.
func (b *bench) ofTheseTools(notes string) bool {
	tool, err := os.Stat(filepath.Join(b.bin, "provincectl"))
	made, err2 := os.Stat(notes)
	return err == nil && err2 == nil && made.ModTime().After(tool.ModTime())
}

// build works with the real tools, as the province and a technician would.
func (b *bench) build(ctx context.Context, p *province, today checkpoint.Date, stretch bool) (err error) {
	if err := os.RemoveAll(p.dir); err != nil {
		return err
	}
	at := func(name string) string { return filepath.Join(p.dir, name) }
	run := func(args ...string) (took time.Duration) {
		if err == nil {
			took, err = b.tool(ctx, args...)
		}
		return took
	}
	run("provincectl", "keys", "init", "--province", "mau", "--stretch=false", "--out", at("keys"))
	run("provincectl", "sample", "--people", fmt.Sprint(p.people), "--seed", fmt.Sprint(seed), "--date", today.String(), "--out", at("sample"))
	p.measured.Build = run("provincectl", "snapshot", "build", "--people", at("sample/people.csv"), "--doses", at("sample/doses.csv"), "--cases", at("sample/cases.csv"), "--withdrawn", at("sample/withdrawn.csv"), "--policy", at("sample/policy.toml"), "--keys", at("keys"), fmt.Sprintf("--stretch=%t", stretch), "--out", at("snap"))
	for officer := range 2 {
		run("provincectl", "snapshot", "sign", "--key", at("keys/"+keys.OfficerFile(officer+1)), at("snap"))
	}
	if err == nil {
		err = rig.Enrol(at("keys"), p.state())
	}
	p.measured.Load = run("checkpointctl", "snapshot", "load", "--data", p.state(), "--run", at("run"), at("snap"))
	if err != nil {
		return err
	}
	if p.measured.Bytes, err = layerBytes(p); err != nil {
		return err
	}
	for _, name := range []string{"sample", "snap"} { // the box has what it needs
		if err := os.RemoveAll(at(name)); err != nil {
			return err
		}
	}
	return nil
}

func layerBytes(p *province) (int64, error) {
	layer, err := p.layer()
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(layer)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// layer is the path of the province's only layer on the box.
func (p *province) layer() (string, error) {
	found, err := filepath.Glob(filepath.Join(p.state(), "snapshot", "layers", "*.layer"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%d layers in %s: want one", len(found), p.state())
	}
	return found[0], nil
}

func (b *bench) tool(ctx context.Context, args ...string) (time.Duration, error) {
	started := time.Now()
	text, err := exec.CommandContext(ctx, filepath.Join(b.bin, args[0]), args[1:]...).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w: %s", args[0], args[1], err, text)
	}
	return time.Since(started), nil
}

func (p *province) cards() *rig.Cards { return &rig.Cards{Province: p.Province, People: p.people} }
