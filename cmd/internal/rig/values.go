package rig

import (
	"cmp"
	"slices"
)

// Values are one measurement, many times.
type Values[T cmp.Ordered] []T

// Quantile is the smallest value that share of all values do not exceed.
func (v Values[T]) Quantile(share float64) (q T) {
	if len(v) == 0 {
		return q
	}
	sorted := slices.Sorted(slices.Values(v))
	n := int(share*float64(len(sorted)) + 0.999999)
	return sorted[min(max(n, 1), len(sorted))-1]
}
