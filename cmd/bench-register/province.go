package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/build/sample"
)

// province is a directory with a sample, keys and snapshots, made by the real
// command.
type province struct {
	ctx         context.Context
	dir         string
	date        checkpoint.Date // on which the sample is made
	tool        string
	checkpointd string
	log         io.Writer
}

// part is a province of its own in a directory of this one.
func (p *province) part(name string) *province {
	part := *p
	part.dir = p.path(name)
	return &part
}

// makeKeys makes the province's keys where there are none.
func (p *province) makeKeys() error {
	if _, err := os.Stat(p.path("keys")); err == nil {
		return nil
	}
	_, err := p.command("keys", "init", "--province", "mau", "--stretch=false", "--out", p.path("keys"))
	return err
}

func (p *province) path(name string) string { return filepath.Join(p.dir, name) }

// use is what a process took.
type use struct {
	wall, processor time.Duration
	memory          int64 // peak resident set, bytes
}

func (p *province) command(args ...string) (use, error) {
	fmt.Fprintln(p.log, "provincectl", args[0], args[1])
	c := exec.CommandContext(p.ctx, p.tool, args...)
	out := &tail{}
	c.Stdout, c.Stderr = out, out
	started := time.Now()
	err := c.Run()
	if err != nil {
		return use{}, fmt.Errorf("provincectl %s: %w: %s", args[0], err, out.b)
	}
	r := c.ProcessState.SysUsage().(*syscall.Rusage)
	return use{time.Since(started), c.ProcessState.UserTime() + c.ProcessState.SystemTime(), r.Maxrss << 10}, nil
}

// tail keeps the beginning of what a command says.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p[:min(len(p), 4096-min(4096, len(t.b)))]...)
	return len(p), nil
}

func (p *province) sample(people int, seed uint64) error {
	if _, err := os.Stat(p.path("sample/people.csv")); err == nil {
		return nil
	}
	_, err := p.command("sample", "--people", strconv.Itoa(people), "--seed", strconv.FormatUint(seed, 10), "--date", p.date.String(), "--out", p.path("sample"))
	return err
}

// build makes snapshot n of the files, a base alone and other layers on the
// snapshot before, and has two officers sign it.
func (p *province) build(n int, layer, people string, others ...string) (use, error) {
	args := []string{"snapshot", "build", "--people", people, "--keys", p.path("keys"), "--number", strconv.Itoa(n), "--out", p.snapshot(n), "--layer", layer}
	if layer != "base" {
		args = append(args, "--on", p.snapshot(n-1))
	}
	u, err := p.command(append(args, others...)...)
	for _, officer := range []string{"officer-1.key", "officer-2.key"} {
		if err == nil {
			_, err = p.command("snapshot", "sign", "--key", p.path("keys/"+officer), "--confirm", strconv.Itoa(n), p.snapshot(n))
		}
	}
	return u, err
}

func (p *province) snapshot(n int) string { return p.path("snapshot-" + strconv.Itoa(n)) }

func (p *province) sheet(name string) string { return p.path("sample/" + name) }

// some writes a people file of n people drawn from the sample.
func (p *province) some(name string, n int) (path string, err error) {
	lines, head, err := p.draw(n)
	if err != nil {
		return "", err
	}
	path = p.path(name)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriter(f)
	fmt.Fprint(w, head)
	for line := range lines {
		fmt.Fprint(w, line)
	}
	return path, errors.Join(w.Flush(), f.Close())
}

// draw picks different rows of the people file at random places.
func (p *province) draw(n int) (lines map[string]bool, head string, err error) {
	f, err := os.Open(p.sheet(sample.PeopleFile))
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	if head, err = bufio.NewReader(f).ReadString('\n'); err != nil {
		return nil, "", err
	}
	dice := rand.New(rand.NewPCG(1, uint64(n)))
	lines = map[string]bool{}
	buf := make([]byte, 4096)
	for len(lines) < n {
		if _, err := f.ReadAt(buf, dice.Int64N(info.Size()-int64(len(buf)))); err != nil {
			return nil, "", err
		}
		r := bufio.NewReader(bytes.NewReader(buf))
		if _, err := r.ReadString('\n'); err != nil {
			continue
		}
		if line, err := r.ReadString('\n'); err == nil {
			lines[line] = true
		}
	}
	return lines, head, nil
}

// strip copies the first n people with no other document than a health card.
func (p *province) strip(name string, n int, health func(i int) string) (path string, err error) {
	in, err := os.Open(p.sheet(sample.PeopleFile))
	if err != nil {
		return "", err
	}
	defer in.Close()
	path = p.path(name)
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	r, w := csv.NewReader(in), csv.NewWriter(out)
	for i := range n + 1 {
		row, err := r.Read()
		if err != nil {
			return "", errors.Join(err, out.Close())
		}
		if i > 0 {
			row[6], row[7], row[8] = "", health(i), ""
		}
		if err := w.Write(row); err != nil {
			return "", errors.Join(err, out.Close())
		}
	}
	w.Flush()
	return path, errors.Join(w.Error(), out.Close())
}

// people reads drawn rows as the builder does.
func (p *province) people(n int) (list []input.Person, err error) {
	path, err := p.some("asked.csv", n)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for who, err := range input.People(path, f) {
		if err != nil {
			return nil, err
		}
		list = append(list, who)
	}
	return list, nil
}
