package rig

import "testing"

func TestQuantileIsAValueThatTheShareDoesNotExceed(t *testing.T) {
	var v Values[int]
	for n := 100; n > 0; n-- {
		v = append(v, n)
	}
	for share, want := range map[float64]int{0: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := v.Quantile(share); got != want {
			t.Errorf("quantile %v of 1 to 100: %d, want %d", share, got, want)
		}
	}
	if got := (Values[int]{}).Quantile(0.5); got != 0 {
		t.Errorf("quantile of nothing: %d", got)
	}
}

func TestEdgeIsOfItsLane(t *testing.T) {
	e, lane, err := parseEdge("4212729843199 relay 1 2")
	if err != nil || lane != "2" || e != (edge{4212729843199, "relay", true}) {
		t.Errorf("%+v of lane %q, %v", e, lane, err)
	}
	if _, _, err := parseEdge("4212729843199 relay"); err == nil {
		t.Error("half a line is an edge")
	}
}
