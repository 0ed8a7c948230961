package lossfs

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// seed fills the disk with the files of a real directory, all durable.
func (d *disk) seed(from string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seedDir(d.root, from)
}

func (d *disk) seedDir(v *dir, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(from, e.Name())
		if e.IsDir() {
			sub := newDir()
			if err := d.seedDir(sub, path); err != nil {
				return err
			}
			v.cur[e.Name()] = sub
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		v.cur[e.Name()] = d.seedFile(b)
	}
	v.persist()
	return nil
}

func (d *disk) seedFile(b []byte) *file {
	f := newFile()
	for i := int64(0); i*blockSize < int64(len(b)); i++ {
		f.cur[i] = new([blockSize]byte)
	}
	d.used += int64(len(f.cur)) * blockSize
	f.put(b, 0)
	f.persist(func() bool { return true })
	return f
}

// cut ends all writing and dumps the durable image to the real directory out.
func (d *disk) cut(mode Mode, rng *rand.Rand, out string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.frozen = true
	switch mode {
	case Tear:
		d.root.tear(rng, 0.1+0.8*rng.Float64())
	case Keep:
		d.root.tear(rng, 1)
	}
	return d.root.dump(out)
}

func (v *dir) dump(out string) error {
	if err := os.MkdirAll(out, 0o700); err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	for name, n := range v.dur {
		path := filepath.Join(out, name)
		var err error
		switch n := n.(type) {
		case *dir:
			err = n.dump(path)
		case *file:
			err = os.WriteFile(path, n.durable(), 0o600)
		}
		if err != nil {
			return fmt.Errorf("dump: %w", err)
		}
	}
	return nil
}

func (f *file) durable() []byte {
	b := make([]byte, f.durSize)
	for i, block := range f.dur {
		if at := i * blockSize; at < f.durSize {
			copy(b[at:], block[:])
		}
	}
	return b
}
