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
		r.do(r.bench.Send(code))
		r.code(code)
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
		r.do(r.bench.Send(Card))
		// Where a pause ends a code, the half may have come out before the plug did.
		if got := r.next(); got.text != Card {
			if !r.bench.PauseEnds() || got.unreadable || !strings.HasPrefix(Card, got.text) {
				t.Fatalf("%v came out of half a code and a whole one", got)
			}
			r.code(Card)
		}
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
		code := fmt.Sprintf("%s%d", Card, i)
		r.do(r.bench.Send(code))
		r.code(code)
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
		got := r.next()
		if r.bench.PauseEnds() {
			if got.unreadable || !strings.HasPrefix(Card, got.text) || got.text == Card {
				t.Fatalf("half a code came out as %v", got)
			}
		} else if !got.unreadable {
			t.Fatalf("half a code came out as %v, want it unreadable", got)
		}
		r.do(r.bench.Send(Card))
		r.code(Card)
	}
	r.nothing()
}

func tooLong(t T, benches func() Bench) {
	r := start(t, benches())
	r.do(r.bench.Send(strings.Repeat("7", checkpoint.MaxPayloadSize+1)))
	if got := r.next(); !got.unreadable {
		t.Fatalf("a code that is too long came out as %v", got)
	}
	r.do(r.bench.Send(Card))
	r.code(Card)
	r.nothing()
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
	for i := range codes {
		r.code(fmt.Sprintf("%s%02d", Card, i))
	}
	r.do(<-sent)
	r.nothing()
}

func drip(t T, benches func() Bench) {
	r := start(t, benches())
	r.do(r.bench.Drip(Card))
	r.code(Card)
	r.nothing()
}
