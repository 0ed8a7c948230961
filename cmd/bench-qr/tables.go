package main

import (
	"fmt"
	"slices"
	"strings"

	"checkpoint/cmd/internal/report"
)

// markdown is the section of the benchmarks' file.
func (r *result) markdown(o *options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; %s. Seed %d, %d card frames.\n\n", report.Measured("make bench-qr"), r.waited, o.seed, o.frames)
	b.WriteString(report.Rows(r.held()))
	b.WriteString("\n" + report.Rows(r.rows()))
	if o.plot != "" {
		b.WriteString("\n![Codes read by tilt, blur, noise and size](qr.svg)\n")
	}
	return b.String()
}

// rows is what each decoder read, and took.
func (r *result) rows() [][]string {
	rows := [][]string{append([]string{"codes read"}, r.decoders...)}
	add := func(what string, cell func(decoder string) string) {
		row := []string{what}
		for _, d := range r.decoders {
			row = append(row, cell(d))
		}
		rows = append(rows, row)
	}
	for i, s := range r.sets {
		if n := r.tallies[i][0].codes; n > 0 && !s.swept() {
			add(fmt.Sprintf("%s, %d", s.title, n), func(d string) string { return fmt.Sprint(r.of(d, s).read) })
		}
	}
	for _, w := range sweeps() {
		r.sweptRow(w, add)
	}
	add("**wrong payloads**, all pictures", func(d string) string {
		return fmt.Sprint(r.sumOf(d, func(*set) bool { return true }).wrong)
	})
	took := func(what string, families ...string) {
		if len(r.sum(r.decoders[0], families...).ms) == 0 {
			return
		}
		add("CPU ms, "+what+": median / p95", func(d string) string {
			v := r.sum(d, families...).ms
			return fmt.Sprintf("%.1f / %.1f", v.Quantile(0.5), v.Quantile(0.95))
		})
	}
	took("photographs", photos)
	took("frames with a code", withCode()...)
	took("frames without a code", nothing)
	return rows
}

// sweptRow is a sweep's steps side by side.
func (r *result) sweptRow(w sweep, add func(what string, cell func(decoder string) string)) {
	steps := r.steps(w)
	if len(steps) == 0 {
		return
	}
	joined := func(text func(*set) string) string {
		var parts []string
		for _, s := range steps {
			parts = append(parts, text(s))
		}
		return strings.Join(parts, " ")
	}
	add(fmt.Sprintf("%s: %s; of %d each", w.axis, joined(func(s *set) string { return fmt.Sprintf("%g", s.at) }), steps[0].many), func(d string) string {
		return joined(func(s *set) string { return fmt.Sprint(r.of(d, s).read) })
	})
}

// withCode is the families that stand for a lane's frames.
func withCode() []string { return []string{cards, small, phones} }

// The targets, of the requirement.
const (
	targetReads  = 1.2 // times the best other
	targetMedian = 1.1 // times zxing-cpp 1.4
	targetTail   = 2.0 // likewise
)

// targets is rows of what was asked for.
type targets [][]string

func (t *targets) add(what, target string, met bool, measured, notes string) {
	verdict := "met"
	if !met {
		verdict = "**MISSED**"
	}
	*t = append(*t, []string{what, target + ": " + verdict, measured, notes})
}

// held is what was measured against what was asked for. A row whose sets or
// decoders were left out is left out.
func (r *result) held() [][]string {
	t := targets{{"what", "target", "measured", "notes"}}
	if mine, theirs := r.sum(ours, photos), r.sum(zxing3, photos); mine.codes > 0 && theirs.codes > 0 {
		t.add("photographs read", "≥ "+zxing3, mine.read >= theirs.read, fmt.Sprintf("%d against %d", mine.read, theirs.read), fmt.Sprintf("of %d", mine.codes))
	}
	r.heldBest(&t, "generated frames read", targetReads, func(s *set) bool { return slices.Contains(withCode(), s.family) })
	r.heldTime(&t, "CPU, median of frames with a code", 0.5, targetMedian, withCode()...)
	r.heldTime(&t, "CPU, p95 of frames without a code", 0.95, targetTail, nothing)
	for _, at := range []float64{45, 55} {
		r.heldBest(&t, fmt.Sprintf("read at a tilt of %g°", at), 1, func(s *set) bool { return s.family == tilt && s.at == at })
	}
	if all := r.sumOf(ours, func(*set) bool { return true }); len(all.ms) > 0 {
		t.add("wrong payloads", "0", all.wrong == 0, fmt.Sprint(all.wrong), fmt.Sprintf("in %d pictures", len(all.ms)))
	}
	for i := range r.films {
		r.films[i].held(&t)
	}
	return t
}

// heldBest holds what was read against the other decoder that read most.
func (r *result) heldBest(t *targets, what string, target float64, in func(*set) bool) {
	mine := r.sumOf(ours, in)
	best, name := tally{}, ""
	for _, d := range r.decoders {
		if other := r.sumOf(d, in); d != ours && (name == "" || other.read > best.read) {
			best, name = other, d
		}
	}
	if mine.codes == 0 || name == "" {
		return
	}
	want := "≥ the best other"
	if target != 1 {
		want = fmt.Sprintf("≥ %.1f× the best other", target)
	}
	t.add(what, want, float64(mine.read) >= target*float64(best.read), fmt.Sprintf("%d against %d", mine.read, best.read)+times(float64(mine.read), float64(best.read)), fmt.Sprintf("of %d; best: %s", mine.codes, name))
}

// heldTime holds processor time against Debian's zxing-cpp.
func (r *result) heldTime(t *targets, what string, quantile, target float64, families ...string) {
	mine, theirs := r.sum(ours, families...).ms, r.sum(zxing1, families...).ms
	if len(mine) == 0 || len(theirs) == 0 {
		return
	}
	a, b := mine.Quantile(quantile), theirs.Quantile(quantile)
	t.add(what, fmt.Sprintf("≤ %.1f× %s", target, zxing1), a <= target*b, fmt.Sprintf("%.1f against %.1f ms", a, b)+times(a, b), "")
}

// times is how much more a is than b, if that can be said.
func times(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf(", %.2f×", a/b)
}
