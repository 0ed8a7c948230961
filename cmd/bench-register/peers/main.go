// Command bench-register-peers holds a layer's records in other stores, so that
// bench-register can show them beside the register: SQLite, Pebble, and bbolt
// with one key an entry. None of them proves its answers, and none opens the
// record that it finds.
//
// It is a module of its own: what it is made of goes into nothing else.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	f := flag.NewFlagSet("bench-register-peers", flag.ContinueOnError)
	store := f.String("store", "", "sqlite, pebble or bbolt")
	dir := f.String("dir", "", "directory of the store")
	if err := f.Parse(args); err != nil {
		return err
	}
	p, known := peers[*store]
	if !known || *dir == "" || f.NArg() != 1 {
		return errors.New("usage: bench-register-peers --store NAME --dir DIR load|look")
	}
	switch f.Arg(0) {
	case "load":
		return load(p, *dir, in, out)
	case "look":
		return look(p, *dir, in, out)
	}
	return fmt.Errorf("no such act: %s", f.Arg(0))
}

// peer is a way to hold records.
type peer struct {
	create func(dir string) (writer, error)
	open   func(dir string) (reader, error)
}

var peers = map[string]peer{
	"sqlite": {createSQLite, openSQLite},
	"pebble": {createPebble, openPebble},
	"bbolt":  {createBolt, openBolt},
}

// writer takes records by rising tag. It may keep neither slice.
type writer interface {
	put(tag, sealed []byte) error
	// finish has everything on disk.
	finish() error
}

// reader finds records. What get returns is good until the next call.
type reader interface {
	get(tag []byte) ([]byte, error)
	close() error
}

var errMissing = errors.New("a record of the layer was not found")

const tagSize = 16

// loaded is what a load says.
type loaded struct {
	Entries int
	Took    time.Duration
	Bytes   int64
}

// load takes records from in: tag (16 bytes), length (1 byte), sealed record.
func load(p peer, dir string, in io.Reader, out io.Writer) error {
	started := time.Now()
	w, err := p.create(dir)
	if err != nil {
		return err
	}
	var l loaded
	var record [tagSize + 1 + 255]byte
	for r := bufio.NewReaderSize(in, 1<<20); ; l.Entries++ {
		head := record[:tagSize+1]
		if _, err := io.ReadFull(r, head); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		sealed := record[len(head) : len(head)+int(head[tagSize])]
		if _, err := io.ReadFull(r, sealed); err != nil {
			return err
		}
		if err := w.put(head[:tagSize], sealed); err != nil {
			return err
		}
	}
	if err := w.finish(); err != nil {
		return err
	}
	l.Took = time.Since(started)
	if l.Bytes, err = size(dir); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(l)
}

func size(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

// answered is what lookups say, as bench-register reads it.
type answered struct {
	Open              time.Duration
	First, Then, Warm times
}

// look takes three counts (4 bytes each: first, before, then) and that many
// tags from in.
func look(p peer, dir string, in io.Reader, out io.Writer) error {
	var counts [3]uint32
	if err := binary.Read(in, binary.BigEndian, &counts); err != nil {
		return err
	}
	tags := make([]byte, tagSize*int(counts[0]+counts[1]+counts[2]))
	if _, err := io.ReadFull(in, tags); err != nil {
		return err
	}
	if err := forget(dir); err != nil {
		return err
	}
	var a answered
	started := time.Now()
	r, err := p.open(dir)
	if err != nil {
		return err
	}
	defer r.close()
	a.Open = time.Since(started)
	first, then := tags[:tagSize*counts[0]], tags[tagSize*(counts[0]+counts[1]):]
	before := tags[len(first) : len(tags)-len(then)]
	for _, run := range []struct {
		tags []byte
		into *times
	}{{first, &a.First}, {before, new(times)}, {then, &a.Then}, {then, &a.Warm}} {
		if *run.into, err = timed(r, run.tags); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(a)
}
