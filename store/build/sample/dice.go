package sample

import (
	"math/bits"
	"math/rand/v2"
)

// The streams keep what is drawn for one purpose apart from the others, so that
// the same index never gives related values twice.
const (
	streamCohort = iota
	streamPerson
	streamHours // and those above it: one for each hour
)

// dice is one person's source of chance.
type dice struct{ pcg rand.PCG }

func throw(seed uint64, stream, i int) dice {
	var d dice
	d.pcg.Seed(seed+uint64(stream), scatter(uint64(i)))
	return d
}

// scatter spreads neighbouring indices over the whole state (the finalizer of
// SplitMix64, Steele et al. 2014): neighbours should not be alike.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// below is a number from 0 to n-1. The bias of the multiplication is under n in
// 2^64, far below what a sample could show.
func (d *dice) below(n int) int {
	hi, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(hi)
}

// chance is true in n of 1,000 cases.
func (d *dice) chance(n int) bool { return d.below(1000) < n }

// early is a number from 0 to n-1 that prefers the small ones.
func (d *dice) early(n int) int { return d.below(d.below(n) + 1) }

// share is a word and how often it comes, as a weight.
type share struct {
	word   string
	weight int
}

// urn holds each word as often as its weight says, so that a draw is one index.
type urn []string

func fill(shares []share) urn {
	var u urn
	for _, s := range shares {
		for range s.weight {
			u = append(u, s.word)
		}
	}
	return u
}

func (u urn) draw(d *dice) string { return u[d.below(len(u))] }
