package main

import (
	"cmp"
	"fmt"
	stdio "io"
	"maps"
	"slices"

	"checkpoint/console/messages"
)

// print writes counts, and nothing about anybody.
func (c *comparison) print(w stdio.Writer) {
	fmt.Fprintf(w, "%s (số / no. %d) -> %s (số / no. %d), %s\n\n", c.before.Name(), c.before.Number(), c.after.Name(), c.after.Number(), c.lane.SiteType)
	count := func(n int, what string) { fmt.Fprintf(w, "%10d  %s\n", n, what) }
	count(c.all, "quyết định đã ghi / decisions recorded")
	count(c.noRule, "không hỏi quy tắc nào / asked no rule: not read, faults, repeats")
	count(c.otherPolicy, "theo quy định khác / under another policy than the snapshot's")
	count(c.notHeld, "cùng giấy thứ hai mà bản ghi không giữ / with a second paper that no record holds: a declaration, a passport, or one less good than the first")
	count(c.notRepeated, "quy định cũ không cho lại kết quả đã ghi / the old rules do not come to what was recorded: other data, another kind of place, an age that is not in the number")
	count(c.compared, "đã so / compared")
	changed := 0
	var moves []move
	for m, n := range c.moves {
		if !m.same() {
			changed += n
			moves = append(moves, m)
		}
	}
	count(changed, "đổi kết quả / come out otherwise")
	slices.SortFunc(moves, func(a, b move) int {
		return cmp.Or(cmp.Compare(c.moves[b], c.moves[a]), cmp.Compare(a.words(), b.words()))
	})
	if len(moves) > 0 {
		fmt.Fprintln(w)
	}
	for _, m := range moves {
		count(c.moves[m], m.words())
	}
	c.printVerdicts(w)
}

// same tells whether a guard would not notice.
func (m move) same() bool {
	return m.before.verdict == m.after.verdict && m.before.reason == m.after.reason
}

func (m move) words() string { return m.before.words() + " -> " + m.after.words() }

func (v verdictOf) words() string {
	return fmt.Sprintf("%s %s (%s)", messages.Word(v.verdict, messages.Vietnamese), v.reason, v.rule)
}

// printVerdicts writes how often each verdict was and would be given.
func (c *comparison) printVerdicts(w stdio.Writer) {
	before, after := map[string]int{}, map[string]int{}
	for m, n := range c.moves {
		word := func(v verdictOf) string {
			return messages.Word(v.verdict, messages.Vietnamese) + " / " + messages.Word(v.verdict, messages.English)
		}
		before[word(m.before)] += n
		after[word(m.after)] += n
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	fmt.Fprintf(w, "\n%14s %12s %12s\n", "trước/before", "sau/after", "đổi/change")
	for _, word := range slices.Sorted(maps.Keys(all)) {
		row(w, before[word], after[word], word)
	}
}
