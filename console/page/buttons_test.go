package page_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint"
)

// What keys 1 to 4 answer. Key 3, held, is key 4 where there is one, and then not
// itself when it is let go.
func TestWhatTheKeysAnswer(t *testing.T) {
	s, l, at := open(t)
	ctx := browser(t)
	eval := func(js string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("("+js+", true)")); err != nil {
			t.Fatal(err)
		}
	}
	key := func(of, key string) {
		eval(fmt.Sprintf(`document.dispatchEvent(new KeyboardEvent(%q, { key: %q, bubbles: true }))`, of, key))
	}
	for _, tc := range []struct {
		state, key string
		held       bool
		want       []checkpoint.Answer
	}{
		{"amber-a03", "3", false, []checkpoint.Answer{checkpoint.AnswerOther, checkpoint.AnswerDenied}},
		{"amber-a03", "4", false, []checkpoint.Answer{checkpoint.AnswerList, checkpoint.AnswerDenied}},
		{"amber-a03", "3", true, []checkpoint.Answer{checkpoint.AnswerList, checkpoint.AnswerDenied}},
		{"amber-a12", "3", true, []checkpoint.Answer{checkpoint.AnswerOther, checkpoint.AnswerDenied}},
		{"other-code", "3", false, []checkpoint.Answer{checkpoint.AnswerAgain}},
	} {
		s.Show(screens()[tc.state])
		l.answers = nil
		if err := chromedp.Do(ctx, chromedp.Navigate(at+"/?lang=vi")); err != nil {
			t.Fatal(err)
		}
		answered := func(n int) {
			t.Helper()
			came := fmt.Sprintf(`performance.getEntriesByType("resource").filter((e) => e.name.includes("/answer")).length >= %d`, n)
			if _, err := chromedp.Run(ctx, chromedp.Poll[bool](came, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
				t.Fatalf("%s, key %s: %v", tc.state, tc.key, err)
			}
		}
		key("keydown", tc.key)
		if tc.held {
			answered(1)
		}
		key("keyup", tc.key)
		answered(1)
		if len(tc.want) == 2 { // nor does letting go say anything
			key("keydown", "2")
			key("keyup", "2")
			answered(2)
		}
		if !slices.Equal(l.answers, tc.want) {
			t.Errorf("%s, key %s, held %t: %v, want %v", tc.state, tc.key, tc.held, l.answers, tc.want)
		}
	}
}
