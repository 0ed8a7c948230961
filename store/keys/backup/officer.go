package backup

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxOfficers bounds the ways to choose a quorum: at most 252.
const MaxOfficers = 10

// maxName is the longest name of an officer, in bytes.
const maxName = 100

// sound refuses officers who could not restore, or who could do by restoring
// what so few of them may not do now.
func sound(officers []string, threshold, sign int) error {
	switch {
	case len(officers) == 0 || len(officers) > MaxOfficers:
		return fmt.Errorf("%d officers: want 1 to %d", len(officers), MaxOfficers)
	case threshold < 1 || threshold > len(officers):
		return fmt.Errorf("threshold %d of %d officers: want 1 to as many as there are", threshold, len(officers))
	case threshold < sign:
		return fmt.Errorf("threshold %d: %d officers must agree on a snapshot, and whoever restores the keys can sign for all of them", threshold, sign)
	}
	seen := map[string]bool{}
	for _, name := range officers {
		if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("officer %q: want a name of at most %d bytes", name, maxName)
		}
		if seen[name] {
			return fmt.Errorf("officer %q: listed twice", name)
		}
		seen[name] = true
	}
	return nil
}

// quorums gives every choice of k out of n officers, counted from 0, each in
// rising order.
func quorums(n, k int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for chosen := range uint(1) << n {
			if bits.OnesCount(chosen) != k {
				continue
			}
			var quorum []int
			for i := range n {
				if chosen>>i&1 == 1 {
					quorum = append(quorum, i)
				}
			}
			if !yield(quorum) {
				return
			}
		}
	}
}

// quorumName names a quorum by its share numbers, such as 1-3.
func quorumName(quorum []int) string {
	var numbers []string
	for _, i := range slices.Sorted(slices.Values(quorum)) {
		numbers = append(numbers, strconv.Itoa(i+1))
	}
	return strings.Join(numbers, "-")
}
