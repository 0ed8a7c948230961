package readertest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"checkpoint"
)

// SameCard is the case that asks for two benches on one lane; they may be of
// different kinds.
const SameCard = "two readers of one lane, one card"

// Cases are all of them. Each stands by itself.
func Cases() []Case {
	return []Case{
		{"one code", oneCode},
		{"unplugged in the middle of a code", unpluggedInTheMiddle},
		{"replugged under another name", replugged},
		{"garbage", garbage},
		{"half a code", half},
		{"too long", tooLong},
		{"burst of 20 codes", burst},
		{"slow drip", drip},
		{SameCard, sameCardTwice},
		{"two lanes", twoLanes},
	}
}

func oneCode(t T, benches func() Bench) {
	r := start(t, benches())
	for _, code := range []string{"001090000011", Card, strings.ToUpper(Card)} {
		r.show(r.bench.Send, code)
	}
	r.nothing()
}

func unpluggedInTheMiddle(t T, benches func() Bench) {
	r := start(t, benches())
	for range 3 {
		r.do(r.bench.Half(Card))
		r.do(r.bench.Unplug())
		r.connected(false)
		r.do(r.bench.Plug())
		r.connected(true)
		if r.bench.PauseEnds() { // the half may have come out before the plug did
			for len(r.scans) > 0 {
				if got := r.next(); got.unreadable || !strings.HasPrefix(Card, got.text) || got.text == Card {
					t.Fatalf("half a code came out as %v", got)
				}
			}
		}
		r.show(r.bench.Send, Card)
		r.nothing()
	}
}

func replugged(t T, benches func() Bench) {
	r := start(t, benches())
	for i := range 3 {
		r.do(r.bench.Unplug())
		r.connected(false)
		r.do(r.bench.Plug())
		r.connected(true)
		r.show(r.bench.Send, fmt.Sprintf("%s%d", Card, i))
	}
	r.nothing()
}

// garbage: whatever came, the code after it is whole, and no scan mixes both.
func garbage(t T, benches func() Bench) {
	r := start(t, benches())
	random := rand.New(rand.NewPCG(4, 2021))
	for i := range 20 {
		r.do(r.bench.Garbage(random))
		code := fmt.Sprintf("%s%d", Card, i)
		r.do(r.bench.Send(code))
		for got := r.next(); got.text != code; got = r.next() {
			if r.bench.PauseEnds() && got.text != "" && strings.HasPrefix(code, got.text) {
				r.do(r.bench.Send(code)) // it came out in pieces
			}
			if len(got.text) > checkpoint.MaxPayloadSize || strings.Contains(got.text, Card) {
				t.Fatalf("garbage %v came out with the code after it", got)
			}
		}
	}
}

func half(t T, benches func() Bench) {
	r := start(t, benches())
	for range 3 {
		r.do(r.bench.Half(Card))
		if _, camera := r.bench.(Sees); camera {
			r.show(r.bench.Send, Card)
			continue
		}
		got := r.next()
		if r.bench.PauseEnds() {
			if got.unreadable || !strings.HasPrefix(Card, got.text) || got.text == Card {
				t.Fatalf("half a code came out as %v", got)
			}
			continue
		}
		if !got.unreadable {
			t.Fatalf("half a code came out as %v, want it unreadable", got)
		}
		r.show(r.bench.Send, Card)
	}
	r.nothing()
}

func tooLong(t T, benches func() Bench) {
	r := start(t, benches())
	code := strings.Repeat("7", checkpoint.MaxPayloadSize+1)
	for range tries {
		r.do(r.bench.Send(code))
		r.do(r.bench.Send(Card))
		lost := false
		for got := r.next(); got.text != Card; got = r.next() {
			lost = lost || got.unreadable
			if !got.unreadable && (!r.bench.PauseEnds() || strings.Trim(got.text, "7") != "" && !strings.HasPrefix(Card, got.text)) {
				t.Fatalf("a code that is too long came out as %v", got)
			}
			if strings.HasPrefix(Card, got.text) && !got.unreadable {
				r.do(r.bench.Send(Card)) // it came out in pieces
			}
		}
		if lost {
			r.nothing()
			return
		}
	}
	t.Fatalf("a code that is too long was never unreadable")
}

func burst(t T, benches func() Bench) {
	r := start(t, benches())
	const codes = 20
	sent := make(chan error, 1)
	go func() {
		for i := range codes {
			if err := r.bench.Send(fmt.Sprintf("%s%02d", Card, i)); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	whole := 0
	for i := range codes {
		if r.code(fmt.Sprintf("%s%02d", Card, i)) {
			whole++
		}
	}
	r.do(<-sent)
	r.nothing()
	if whole < codes/2 {
		t.Fatalf("%d of %d codes came out in one piece", whole, codes)
	}
}

func drip(t T, benches func() Bench) {
	r := start(t, benches())
	r.show(r.bench.Drip, Card)
	r.nothing()
}
