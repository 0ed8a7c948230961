package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// asked goes to the process that looks up, on its standard input, once it is
// in its limit.
type asked struct {
	Dir     string
	Queries []checkpoint.Query
}

// answered comes back on its standard output.
type answered struct {
	Open                      time.Duration
	First, Before, Then, Warm times
}

// times are of N lookups, Read the mean of bytes read from the disk.
type times struct {
	N        int
	P50, P99 time.Duration
	Read     int64
}

func (p *province) lookUp(people []input.Person, limit limit) (answered, error) {
	a := asked{Dir: p.dir}
	for _, who := range people {
		a.Queries = append(a.Queries, checkpoint.Query{Kind: input.KindOf(who.Number), Number: who.Number, Birth: who.Birth, NameFold: fold.Name(who.FullName), Sex: who.Sex})
	}
	question, err := json.Marshal(a)
	if err != nil {
		return answered{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return answered{}, err
	}
	c := exec.CommandContext(p.ctx, self, "--lookups")
	c.Stderr = p.log
	in, err := c.StdinPipe()
	if err != nil {
		return answered{}, err
	}
	var out bytes.Buffer
	c.Stdout = &out
	if err := c.Start(); err != nil {
		return answered{}, err
	}
	err = limit.take(c.Process.Pid)
	_, writeErr := in.Write(question)
	if err := errors.Join(err, writeErr, in.Close(), c.Wait()); err != nil {
		return answered{}, fmt.Errorf("look up: %w", err)
	}
	var r answered
	return r, json.Unmarshal(out.Bytes(), &r)
}

// serveLookups is the process that looks up.
func serveLookups(io cli.IO) error {
	var a asked
	if err := json.NewDecoder(io.In).Decode(&a); err != nil {
		return err
	}
	p := &province{dir: a.Dir}
	box, err := p.box()
	if err != nil {
		return err
	}
	if err := forget(snapshot.LayersDir(p.path("box"))); err != nil {
		return err
	}
	disk, err := rig.DiskOf(p.path("box"))
	if err != nil {
		return err
	}
	runtime.GC()
	var r answered
	started := time.Now()
	register, err := box.Open()
	if err != nil {
		return err
	}
	defer register.Close()
	r.Open = time.Since(started)
	first, last := split(len(a.Queries))
	if r.First, err = timed(register, disk, a.Queries[:first]); err != nil {
		return err
	}
	if r.Before, err = timed(register, disk, a.Queries[first:last]); err != nil {
		return err
	}
	if r.Then, err = timed(register, disk, a.Queries[last:]); err != nil {
		return err
	}
	if r.Warm, err = timed(register, disk, a.Queries[last:]); err != nil {
		return err
	}
	return json.NewEncoder(io.Out).Encode(r)
}

func timed(r *snapshot.Register, disk rig.Disk, queries []checkpoint.Query) (times, error) {
	took := make([]time.Duration, 0, len(queries))
	before, err := disk.Read()
	if err != nil {
		return times{}, err
	}
	for _, q := range queries {
		started := time.Now()
		m, err := r.Lookup(q)
		took = append(took, time.Since(started))
		if err != nil || !m.Opened {
			return times{}, fmt.Errorf("a person of the sample was not found: %w", err)
		}
	}
	after, err := disk.Read()
	slices.Sort(took)
	n := len(took)
	return times{n, took[n/2], took[n*99/100], (after - before) / int64(n)}, err
}

// forget has the kernel drop the pages of the files in dir.
func forget(dir string) error {
	names, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		f, err := os.Open(filepath.Join(dir, n.Name()))
		if err != nil {
			return err
		}
		err = errors.Join(unix.Fsync(int(f.Fd())), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
		if err != nil {
			return err
		}
	}
	return nil
}
