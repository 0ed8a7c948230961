package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"checkpoint"
)

// bigLayer has several runs of blocks; streamOf is its stream.
func bigLayer(t testing.TB, people int) (dir string, ref LayerRef) {
	t.Helper()
	w, err := NewLayerWriter(Plan{Province: "mau", Kind: LayerBase, Number: 1}, goldenPepper())
	if err != nil {
		t.Fatal(err)
	}
	for i := range people {
		p := &Person{Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("001%09d", i), Birth: checkpoint.Date{Year: 1980, Month: 1, Day: 1}, NameFold: "NGUYEN VAN AN", Sex: checkpoint.Male}
		if err := w.Add(Entry{Person: p}); err != nil {
			t.Fatal(err)
		}
	}
	dir = t.TempDir()
	if ref, err = w.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir, ref
}

func streamOf(t testing.TB, dir string, ref LayerRef) []byte {
	t.Helper()
	l, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var out bytes.Buffer
	if err := l.WriteStream(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func arrive(t testing.TB, dir string, ref LayerRef) *Arrival {
	t.Helper()
	a, err := OpenArrival(t.Context(), dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// take offers an arrival the stream, as a carrier would, through what lies
// between.
func take(a *Arrival, stream []byte, through ...func(io.Reader) io.Reader) error {
	if err := a.TakeHead(bytes.NewReader(stream)); err != nil {
		return err
	}
	var r io.Reader = bytes.NewReader(stream[min(a.Offset(), int64(len(stream))):])
	for _, wrap := range through {
		r = wrap(r)
	}
	return a.Take(r)
}

func mustVerify(t testing.TB, dir string, ref LayerRef) {
	t.Helper()
	l, err := OpenLayer(dir, ref)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.VerifyAll(nil); err != nil {
		t.Fatal(err)
	}
}

func TestGoldenStream(t *testing.T) {
	dir, ref := goldenLayer(t)
	stream := streamOf(t, dir, ref)
	if n, err := StreamSize(ref); err != nil || n != int64(len(stream)) {
		t.Errorf("size said to be %d, %v; is %d", n, err, len(stream))
	}
	// The rest of the one block's frame is zeros.
	compare(t, "stream.hex", bytes.TrimRight(stream, "\x00"))
	to := t.TempDir()
	a := arrive(t, to, ref)
	if err := take(a, stream); err != nil {
		t.Fatal(err)
	}
	a.Close()
	mustVerify(t, to, ref)
}

func TestStreamGivesTheSameLayer(t *testing.T) {
	dir, ref := bigLayer(t, 30_000)
	stream := streamOf(t, dir, ref)
	to := t.TempDir()
	a := arrive(t, to, ref)
	if err := a.TakeHead(bytes.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	if err := a.Take(iotest.HalfReader(bytes.NewReader(stream[a.Offset():]))); err != nil {
		t.Fatal(err)
	}
	if !a.Complete() {
		t.Error("complete, but does not say so")
	}
	a.Close()
	mustVerify(t, to, ref)
	if again := streamOf(t, to, ref); !bytes.Equal(again, stream) {
		t.Error("what arrived gives another stream")
	}
	if sum(t, dir, ref) != sum(t, to, ref) {
		t.Error("what arrived is another file than the builder's")
	}
}

func sum(t *testing.T, dir string, ref LayerRef) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, ref.FileName()))
	if err != nil {
		t.Fatal(err)
	}
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// A link that breaks costs nothing that came, a restart at most one run.
func TestStreamGoesOnWhereItBroke(t *testing.T) {
	dir, ref := bigLayer(t, 30_000)
	stream := streamOf(t, dir, ref)
	to := t.TempDir()
	a := arrive(t, to, ref)
	if err := a.TakeHead(bytes.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	broke := a.Offset() + 700*streamBlockSize + int64(groupSlots*slotSize*9) + 5
	if err := a.Take(bytes.NewReader(stream[a.Offset():broke])); !errors.Is(err, ErrCut) {
		t.Fatalf("cut short: %v", err)
	}
	if back := broke - a.Offset(); back < 0 || back > streamBlockSize {
		t.Errorf("goes on %d bytes before where it broke", back)
	}
	if a.Complete() {
		t.Error("says that it is complete")
	}
	before := a.Offset()
	a.Close() // as a restart does
	if _, err := OpenLayer(to, ref); err == nil {
		t.Error("half a layer opens")
	}

	a = arrive(t, to, ref)
	if a.Offset() != a.Kept() || before-a.Offset() > 1<<20 || a.Offset() == int64(0) {
		t.Errorf("after a restart from byte %d, before it from %d", a.Offset(), before)
	}
	if err := take(a, stream); err != nil {
		t.Fatal(err)
	}
	a.Close()
	mustVerify(t, to, ref)
	if a = arrive(t, to, ref); !a.Complete() {
		t.Error("a complete layer is asked for again")
	}
}

func TestStreamRefuses(t *testing.T) {
	dir, ref := bigLayer(t, 4_000)
	stream := streamOf(t, dir, ref)
	otherDir, otherRef := bigLayer(t, 4_001)
	other := streamOf(t, otherDir, otherRef)
	layout, err := layoutOf(ref)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at int64) []byte {
		b := bytes.Clone(stream)
		b[at] ^= 1
		return b
	}
	lastBlock := int64(len(stream)) - streamBlockSize
	for name, c := range map[string]struct {
		stream []byte
		want   error
	}{
		"nothing":            {nil, ErrCut},
		"half a head":        {stream[:100], ErrCut},
		"one byte short":     {stream[:len(stream)-1], ErrCut},
		"another layer":      {other, ErrOtherLayer},
		"no stream":          {flip(0), ErrDamaged},
		"header changed":     {flip(20), ErrOtherLayer},
		"index changed":      {flip(int64(len(layout.prefix))), ErrOtherLayer},
		"group changed":      {flip(layout.groupAt(1)), ErrDamaged},
		"block changed":      {flip(layout.groupAt(1) + int64(groupSlots*slotSize) + 500), ErrDamaged},
		"padding changed":    {flip(int64(len(stream)) - 1), ErrDamaged},
		"block of any size":  {flip(lastBlock), ErrDamaged},
		"two blocks swapped": {swapped(stream, layout.groupAt(0)+int64(groupSlots*slotSize)), ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			a := arrive(t, to, ref)
			if err := take(a, c.stream); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if a.Complete() {
				t.Error("complete")
			}
			if err := take(a, stream); err != nil { // the right one, afterwards
				t.Fatal(err)
			}
			a.Close()
			mustVerify(t, to, ref)
		})
	}
}

// swapped changes the places of the two blocks at offset at.
func swapped(stream []byte, at int64) []byte {
	b := bytes.Clone(stream)
	copy(b[at:], stream[at+streamBlockSize:at+2*streamBlockSize])
	copy(b[at+streamBlockSize:], stream[at:at+streamBlockSize])
	return b
}

// A file that a power cut or a rotten card left is begun anew.
func TestArrivalBeginsAnewOnRubbish(t *testing.T) {
	dir, ref := goldenLayer(t)
	stream := streamOf(t, dir, ref)
	for name, rubbish := range map[string][]byte{"empty": {}, "zeros": make([]byte, 16384), "short": []byte("x"), "noise": bytes.Repeat([]byte("noise"), 5000)} {
		t.Run(name, func(t *testing.T) {
			to := t.TempDir()
			if err := os.WriteFile(filepath.Join(to, ref.FileName()), rubbish, 0o644); err != nil {
				t.Fatal(err)
			}
			a := arrive(t, to, ref)
			if err := take(a, stream); err != nil {
				t.Fatal(err)
			}
			a.Close()
			mustVerify(t, to, ref)
		})
	}
}

// Two processes at once: the second is refused and breaks nothing.
func TestArrivalIsAlone(t *testing.T) {
	dir, ref := goldenLayer(t)
	to := t.TempDir()
	a := arrive(t, to, ref)
	if _, err := OpenArrival(t.Context(), to, ref); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("second: %v", err)
	}
	if err := take(a, streamOf(t, dir, ref)); err != nil {
		t.Fatal(err)
	}
	a.Close()
	mustVerify(t, to, ref)
}

// FuzzStream: only the one right stream is ever taken for the layer.
func FuzzStream(f *testing.F) {
	dir, ref := goldenLayer(f)
	stream := streamOf(f, dir, ref)
	f.Add(stream)
	f.Add(stream[:len(stream)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := newStreamReader(ref)
		if err != nil {
			t.Fatal(err)
		}
		r := bytes.NewReader(b)
		err = s.head(r)
		for err == nil && !s.complete() {
			_, _, err = s.next(r)
		}
		rest, _ := io.ReadAll(r)
		if same := bytes.Equal(b[:len(b)-len(rest)], stream); same != (err == nil) {
			t.Fatalf("the right stream: %t, taken: %v", same, err)
		}
		if err != nil && !errors.Is(err, ErrCut) && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
