package scanner

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

const card = "001090000011|012345678|Nguyễn Văn An|15081990|Nam|Số 7, Ngõ 12, Phúc Xá, Ba Đình, Hà Nội|10052021"

var start = time.Date(2021, 9, 1, 7, 0, 0, 0, time.UTC)

// terminators are the bytes a scanner sends under each suffix.
var terminators = map[Suffix]string{CR: "\r", LF: "\n", CRLF: "\r\n", TAB: "\t", Silence: ""}

// frames collects what a framer emits.
type frames []checkpoint.Scan

func newFramer(s Suffix) (*Framer, *frames) {
	got := new(frames)
	return NewFramer(s, func(c checkpoint.Scan) { *got = append(*got, c) }), got
}

// texts shows codes as they are and unreadable ones as "?".
func (f frames) texts() []string {
	var out []string
	for _, s := range f {
		if s.Unreadable {
			out = append(out, "?"+string(s.Payload))
			continue
		}
		out = append(out, string(s.Payload))
	}
	return out
}

func (f frames) want(t *testing.T, want ...string) {
	t.Helper()
	if got := f.texts(); !slices.Equal(got, want) {
		t.Fatalf("codes = %.300q, want %.300q", got, want)
	}
}

func TestCodeSplitAnywhere(t *testing.T) {
	for suffix, end := range terminators {
		sent := []byte(card + end)
		for cut := range len(sent) + 1 {
			f, got := newFramer(suffix)
			at := start
			for _, part := range [][]byte{sent[:cut], sent[cut:]} {
				at = at.Add(60 * time.Millisecond)
				f.Idle(at)
				f.Feed(part, at)
			}
			f.Idle(at.Add(SilenceEnd))
			if !slices.Equal(got.texts(), []string{card}) {
				t.Fatalf("suffix %s cut at %d: codes = %q", suffix, cut, got.texts())
			}
		}
	}
}

func TestAtIsWhenTheLastByteCame(t *testing.T) {
	for suffix, end := range terminators {
		f, got := newFramer(suffix)
		f.Feed([]byte("001090"), start)
		last := start.Add(40 * time.Millisecond)
		f.Feed([]byte("000011"+end), last)
		f.Idle(start.Add(time.Second))
		got.want(t, "001090000011")
		if !(*got)[0].At.Equal(last) {
			t.Errorf("suffix %s: At = %v, want %v", suffix, (*got)[0].At, last)
		}
	}
}

func TestGluedCodes(t *testing.T) {
	for suffix, end := range terminators {
		if suffix == Silence {
			continue // nothing tells glued codes apart
		}
		f, got := newFramer(suffix)
		var sent bytes.Buffer
		var want []string
		for i := range 20 {
			want = append(want, fmt.Sprintf("%s%02d", card, i))
			sent.WriteString(want[i] + end)
		}
		f.Feed(sent.Bytes(), start)
		got.want(t, want...)
	}
}

func TestAnyLineEndServesTheThree(t *testing.T) {
	for _, suffix := range []Suffix{CR, LF, CRLF} {
		f, got := newFramer(suffix)
		f.Feed([]byte("A\rB\nC\r\nD\n\rE\r\r\n\n"), start)
		got.want(t, "A", "B", "C", "D", "E")
	}
}

func TestTabInsideACode(t *testing.T) {
	f, got := newFramer(CR)
	f.Feed([]byte("A\tB\r"), start)
	got.want(t, "A\tB")
}

func TestPaddingAndEmptyFramesAreIgnored(t *testing.T) {
	f, got := newFramer(TAB)
	f.Feed([]byte("\x00\x00\t\t \t0010\x0090000011\x00\t\r\n"), start)
	f.Idle(start.Add(time.Hour)) // the CR LF left over is no lost code
	got.want(t, "001090000011")
}

func TestOverlongCode(t *testing.T) {
	longest := strings.Repeat("x", checkpoint.MaxPayloadSize)
	for suffix, end := range terminators {
		t.Run(string(suffix), func(t *testing.T) {
			f, got := newFramer(suffix)
			at := start
			send := func(s string) {
				f.Feed([]byte(s), at)
				at = at.Add(SilenceEnd)
				f.Idle(at)
			}
			send(longest + end)
			got.want(t, longest)
			*got = nil
			send(longest + "y" + strings.Repeat("z", 10_000) + end)
			got.want(t, "?")
			send(card + end)
			got.want(t, "?", card)
		})
	}
}

func TestOverlongWithoutEndIsGivenUp(t *testing.T) {
	f, got := newFramer(CR)
	f.Feed(bytes.Repeat([]byte("x"), 9000), start)
	f.Idle(start.Add(BrokenAfter))
	f.Feed([]byte(card+"\r"), start.Add(time.Second))
	got.want(t, "?", card)
}

func TestHalfACodeIsNeverCompleted(t *testing.T) {
	for suffix, end := range terminators {
		if suffix == Silence {
			continue // 80 ms end the half: it arrives as a code of its own
		}
		for cut := 1; cut < len(card); cut++ {
			f, got := newFramer(suffix)
			f.Feed([]byte(card[:cut]), start)
			f.Idle(start.Add(BrokenAfter - 1))
			got.want(t)
			f.Idle(start.Add(BrokenAfter))
			f.Idle(start.Add(2 * BrokenAfter)) // said once
			f.Feed([]byte(card+end), start.Add(time.Minute))
			got.want(t, "?", card)
		}
	}
}

func TestLineBreakDoesNotKeepHalfACodeAlive(t *testing.T) {
	f, got := newFramer(CR)
	f.Feed([]byte("001090"), start)
	for ms := 100; ms <= 600; ms += 100 {
		f.Feed([]byte{0, 0}, start.Add(time.Duration(ms)*time.Millisecond))
	}
	f.Feed([]byte(card+"\r"), start.Add(700*time.Millisecond))
	got.want(t, "?", card)
}

func TestSlowCallerBreaksNoCode(t *testing.T) {
	for suffix, end := range terminators {
		f, got := newFramer(suffix)
		f.Feed([]byte(card[:20]), start)
		f.Feed([]byte(card[20:]+end), start.Add(3*time.Second)) // waited in the kernel meanwhile
		f.Idle(start.Add(4 * time.Second))
		got.want(t, card)
	}
}

func TestPayloadIsTheReceiversToKeep(t *testing.T) {
	f, got := newFramer(CR)
	f.Feed([]byte("AAAA\r"), start)
	f.Feed([]byte("BBBB\r"), start)
	got.want(t, "AAAA", "BBBB")
}

// TestTenMillionBytesOfNoise: every good code that stands alone between
// terminators comes out, and memory stays where it was.
func TestTenMillionBytesOfNoise(t *testing.T) {
	const total = 10_000_000
	for _, suffix := range []Suffix{CR, TAB} {
		n := newNoise(7, terminators[suffix])
		next := 0
		f := NewFramer(suffix, func(s checkpoint.Scan) {
			if len(s.Payload) > checkpoint.MaxPayloadSize {
				t.Fatalf("payload of %d bytes", len(s.Payload))
			}
			if string(s.Payload) == n.card(next) {
				next++
			}
		})
		before := heap()
		for at, sent := start, 0; sent < total; at = at.Add(time.Millisecond) {
			p := n.next()
			f.Feed(p, at)
			sent += len(p)
		}
		if next != n.cards || n.cards < 1000 {
			t.Errorf("suffix %s: %d of %d good codes came out", suffix, next, n.cards)
		}
		if grown := int64(heap()) - int64(before); grown > 256<<10 {
			t.Errorf("suffix %s: heap grew by %d bytes", suffix, grown)
		}
		runtime.KeepAlive(f)
	}
}

// noise makes chunks of random bytes and, between terminators, good codes that
// are numbered so that each can be told from all others.
type noise struct {
	random *rand.ChaCha8
	rand   *rand.Rand
	end    string
	cards  int
	buf    []byte
}

func newNoise(seed byte, end string) *noise {
	source := rand.NewChaCha8([32]byte{seed})
	return &noise{random: source, rand: rand.New(source), end: end, buf: make([]byte, 0, 16<<10)}
}

func (n *noise) card(i int) string { return fmt.Sprintf("%s#%06d", card, i) }

// next is one chunk, good until the next call.
func (n *noise) next() []byte {
	length := n.rand.IntN(1500)
	if n.rand.IntN(50) == 0 {
		length = 8000 // now and then longer than any code
	}
	n.buf = n.buf[:length]
	n.random.Read(n.buf)
	if length == 8000 {
		for i := range n.buf {
			n.buf[i] |= 0x80 // without an end
		}
	}
	if n.rand.IntN(2) == 0 {
		n.buf = append(n.buf, n.end+n.card(n.cards)+n.end...)
		n.cards++
	}
	return n.buf
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// FuzzFramer: whatever comes in whatever pieces, no code is too long, holds a
// terminator, or holds bytes from both sides of one.
func FuzzFramer(f *testing.F) {
	f.Add([]byte(card+"\r\n"), uint8(3), uint8(0))
	f.Add([]byte("\x00\t\r\nA\tB\rC\nD"), uint8(1), uint8(3))
	f.Add(bytes.Repeat([]byte("x"), 5000), uint8(255), uint8(4))
	suffixes := []Suffix{CR, LF, CRLF, TAB, Silence}
	f.Fuzz(func(t *testing.T, sent []byte, piece, which uint8) {
		suffix := suffixes[int(which)%len(suffixes)]
		framer, got := newFramer(suffix)
		rest, at := sent, start
		for len(rest) > 0 {
			n := min(len(rest), int(piece)+1)
			framer.Feed(rest[:n], at)
			rest = rest[n:]
		}
		framer.Idle(at.Add(time.Hour))
		stream := bytes.ReplaceAll(sent, []byte{0}, nil)
		for _, s := range *got {
			if len(s.Payload) > checkpoint.MaxPayloadSize || s.Unreadable != (len(s.Payload) == 0) {
				t.Fatalf("scan %+v", s)
			}
			if slices.ContainsFunc(s.Payload, suffix.Ends) || bytes.IndexByte(s.Payload, 0) >= 0 {
				t.Fatalf("code %q holds a terminator or padding", s.Payload)
			}
			i := bytes.Index(stream, s.Payload)
			if i < 0 {
				t.Fatalf("code %q was never sent in one piece", s.Payload)
			}
			stream = stream[i+len(s.Payload):]
		}
	})
}
