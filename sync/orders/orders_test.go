package orders_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/durable"
	"checkpoint/sync/orders"
	"checkpoint/sync/wire"
)

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// bench is an inbox with a clock and a place for its number.
type bench struct {
	*orders.Inbox
	t    *testing.T
	now  time.Time
	path string
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, now: start, path: filepath.Join(t.TempDir(), "command-number")}
	b.restart()
	return b
}

func (b *bench) restart() {
	b.Inbox = &orders.Inbox{
		Province: "mau", Box: "cong-1", Office: []ed25519.PublicKey{key(1).Public().(ed25519.PublicKey)},
		Numbers: durable.Bytes(b.path), Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
	}
}

// command is a good one, changed before it is signed.
func (b *bench) command(number uint64, by ed25519.PrivateKey, change ...func(*wire.Command)) []byte {
	b.t.Helper()
	c := wire.Command{Province: "mau", Box: "cong-1", Number: number, Order: wire.Lamps, Issued: start, Expires: start.Add(time.Hour)}
	for _, f := range change {
		f(&c)
	}
	if err := c.Sign(by); err != nil {
		b.t.Fatal(err)
	}
	m, err := c.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *bench) refuses(message []byte, why orders.Refusal) {
	b.t.Helper()
	before := b.Status().Refused
	if _, ok := b.Take(message, false); ok {
		b.t.Errorf("obeyed, want %q", why)
	}
	if s := b.Status(); s.Refused != before+1 || s.LastRefusal != why {
		b.t.Errorf("%+v, want one more refusal: %q", s, why)
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	b := newBench(t)
	good := b.command(10, key(1))
	b.refuses([]byte("open the gate"), orders.NotACommand)
	b.refuses(good[:len(good)-1], orders.NotACommand)
	b.refuses(b.command(10, key(2)), orders.NotSigned)
	changed := bytes.Clone(good)
	changed[bytes.Index(changed, []byte("cong-1"))+5] = '2'
	b.refuses(changed, orders.NotForThisBox)
	b.refuses(b.command(10, key(1), func(c *wire.Command) { c.Box = "cong-2" }), orders.NotForThisBox)
	b.refuses(b.command(10, key(1), func(c *wire.Command) { c.Province = "khac" }), orders.NotForThisBox)
	b.now = start.Add(time.Hour + time.Second)
	b.refuses(good, orders.Expired)
	if s := b.Status(); s.Newest != 0 {
		t.Errorf("%+v: nothing was obeyed", s)
	}
}

// No command is obeyed twice, whatever happens between.
func TestCommandIsObeyedOnce(t *testing.T) {
	b := newBench(t)
	good := b.command(10, key(1))
	if c, ok := b.Take(good, false); !ok || c.Order != wire.Lamps {
		t.Fatalf("%+v was not obeyed", c)
	}
	for range 2 {
		if _, ok := b.Take(good, true); ok {
			t.Error("the broker's old word was obeyed again")
		}
		if _, ok := b.Take(good, false); ok {
			t.Error("obeyed again")
		}
		b.restart()
	}
	if s := b.Status(); s.Refused != 0 || s.Newest != 10 {
		t.Errorf("%+v: the broker's repeating itself is no attack", s)
	}
	b.refuses(b.command(9, key(1)), orders.Replayed)
	if _, ok := b.Take(b.command(11, key(1)), true); !ok {
		t.Error("a new command that waited at the broker was not obeyed")
	}
	if _, ok := b.Take(nil, false); ok || b.Status().Refused != 1 {
		t.Error("clearing the topic is no command")
	}
}

// A command whose number cannot be kept could come again: it is not obeyed.
func TestCommandOnAFullDisk(t *testing.T) {
	b := newBench(t)
	b.Numbers = full{}
	b.refuses(b.command(10, key(1)), orders.NotKept)
	b.restart()
	if err := os.WriteFile(b.path, []byte("rot"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.refuses(b.command(10, key(1)), orders.NotKept)
}

type full struct{}

func (full) Load() ([]byte, error) { return nil, nil }

func (full) Save([]byte) error { return errors.New("no space left on device") }

// What a command can do is a closed list. Whoever adds to it has to say here
// that it opens no gate, changes no verdict and reads no record.
func TestNoCommandOpensAGate(t *testing.T) {
	var names []string
	for n := range 256 {
		if name := wire.Order(n).String(); name != "" {
			names = append(names, name)
		}
	}
	if got := len(wire.Orders()); got != len(names) {
		t.Errorf("%d orders are listed, %d have names: %v", got, len(names), names)
	}
	if want := []string{"fetch", "lamps", "restart", "diagnose"}; !equal(names, want) {
		t.Errorf("orders %v, want %v", names, want)
	}
	for _, word := range []string{"open", "admit", "emergency", "relay", "pass"} {
		if _, err := wire.ParseOrder(word); err == nil {
			t.Errorf("%q is an order", word)
		}
	}
	c := wire.Command{Province: "mau", Box: "cong-1", Number: 1, Order: 5, Issued: start, Expires: start.Add(time.Hour)}
	if err := c.Sign(key(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Encode(); err == nil {
		t.Error("an unknown order can be sent")
	}
}

func equal(a, b []string) bool {
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}
