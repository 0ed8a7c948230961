package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/picture"
	"checkpoint/cmd/internal/progress"
	"checkpoint/scanner/qr/frames"
)

// pictures makes all sets as files in a directory, PGM with a head of three
// lines.
func (o *options) pictures(ctx context.Context, io cli.IO, dir string) ([]*set, error) {
	sets := o.sets()
	if err := o.frameFiles(ctx, io, dir, sets); err != nil {
		return nil, err
	}
	if chosen(o.only, photos) {
		p, err := photographs(o.photos, dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(io.Err, "%s is missing: no photographs\n", o.photos)
		case err != nil:
			return nil, err
		default:
			sets = append([]*set{p}, sets...)
		}
	}
	return sets, nil
}

// frameFiles takes the frames of all sets, on all processors.
func (o *options) frameFiles(ctx context.Context, io cli.IO, dir string, sets []*set) error {
	all := 0
	for _, s := range sets {
		all += s.many
	}
	bar := progress.New(io.Err, "tạo ảnh / making frames", int64(all))
	defer bar.Done()
	jobs := make(chan job)
	go func() {
		defer close(jobs)
		for i, s := range sets {
			s.shots = make([]shot, s.many)
			for n := range s.many {
				jobs <- job{s, n, filepath.Join(dir, fmt.Sprintf("%02d-%05d.pgm", i, n))}
			}
		}
	}()
	errs := make([]error, runtime.NumCPU())
	var done atomic.Int64
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			for j := range jobs { // to the end also after an error: nothing stays behind
				if errs[i] == nil && ctx.Err() == nil {
					errs[i] = j.take()
					bar.Set(done.Add(1))
				}
			}
		})
	}
	group.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// job is one frame to take.
type job struct {
	*set
	n    int
	path string
}

func (j job) take() error {
	f := j.set.take(uint64(j.n))
	s := shot{path: j.path}
	for _, payload := range f.Payloads() {
		s.codes = append(s.codes, [][]byte{payload})
	}
	j.shots[j.n] = s
	return writePGM(s.path, frames.Width, frames.Height, f.Pix)
}

func writePGM(path string, width, height int, pix []byte) error {
	head := fmt.Appendf(nil, "P5\n%d %d\n255\n", width, height)
	return os.WriteFile(path, append(head, pix...), 0o644)
}

// photographs is a folder's pictures turned to grey. Each counts as one code,
// whose accepted payloads are the encodings that its tests allow.
func photographs(folder, dir string) (*set, error) {
	truth, err := os.ReadFile(filepath.Join(folder, "truth.tsv"))
	if err != nil {
		return nil, err
	}
	s := &set{family: photos, title: "public test photographs"}
	for line := range strings.Lines(string(truth)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		p, err := photograph(folder, dir, line)
		if err != nil {
			return nil, err
		}
		s.shots = append(s.shots, p)
	}
	s.many = len(s.shots)
	return s, nil
}

func photograph(folder, dir, line string) (p shot, err error) {
	name, accepted, err := truthLine(line)
	if err != nil {
		return p, err
	}
	m, err := picture.Read(filepath.Join(folder, name))
	if err != nil {
		return p, err
	}
	p = shot{path: filepath.Join(dir, name+".pgm"), codes: [][][]byte{accepted}, beside: unlisted()[name]}
	pix := make([]byte, 0, m.Width*m.Height)
	for y := range m.Height {
		pix = append(pix, m.Pix[y*m.Stride:][:m.Width]...)
	}
	return p, writePGM(p.path, m.Width, m.Height, pix)
}

// unlisted is codes that photographs show beside the one that is listed, by
// file. Each was seen in the picture; that decoders agree is not enough.
func unlisted() map[string][][]byte {
	return map[string][][]byte{
		// Two codes about each other: the inner one is listed, this is the outer one.
		"1a086eb02eed.png": {[]byte("[外側QRコード]\n \n*ﾀﾞﾌﾞﾙQR*\nhttp://d-qr.net/ex/")},
	}
}

// truthLine takes a line of truth.tsv apart.
func truthLine(line string) (file string, accepted [][]byte, err error) {
	fields := strings.Split(line, "\t")
	if len(fields) < 3 {
		return "", nil, fmt.Errorf("truth.tsv: %q: want file, set and payloads", line)
	}
	for _, text := range strings.Split(fields[2], ",") {
		payload, err := hex.DecodeString(text)
		if err != nil {
			return "", nil, fmt.Errorf("truth.tsv: %s: %w", fields[0], err)
		}
		accepted = append(accepted, payload)
	}
	return fields[0], accepted, nil
}
