package page_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/page"
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

// listens waits until the page is told of what is shown, and shows a state: what a
// page draws for having come in the middle is over then.
func listens(t *testing.T, s *page.Server, ctx context.Context, name string) {
	t.Helper()
	for _, state := range []string{"reading", name} {
		s.Show(screens()[state])
		shown := fmt.Sprintf(`document.querySelector(".card").dataset.state === %q`, screens()[state].State)
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](shown, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
			t.Fatal(err)
		}
	}
}

// A finger that taps twice means once: not the reason that comes up under it, nor
// the form of whoever comes next.
func TestASecondTapMeansNothingNew(t *testing.T) {
	s, l, at := open(t)
	ctx := browser(t)
	s.Show(screens()["amber-a03"])
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(800, 480), chromedp.Navigate(at+"/?lang=vi")); err != nil {
		t.Fatal(err)
	}
	listens(t, s, ctx, "amber-a03")
	tap := func(x, y float64, count int) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.MouseEvent("mousePressed", x, y, chromedp.ButtonLeft, chromedp.ClickCount(count)),
			chromedp.MouseEvent("mouseReleased", x, y, chromedp.ButtonLeft, chromedp.ClickCount(count))); err != nil {
			t.Fatal(err)
		}
	}
	is := func(what string, want bool) {
		t.Helper()
		if got, err := chromedp.Run(ctx, chromedp.Evaluate[bool](what)); err != nil || got != want {
			t.Fatalf("%s: %t, %v", what, got, err)
		}
	}
	const choosing, form = `document.querySelector(".chips:not([hidden])") !== null`, `document.getElementById("form").open`
	tap(90, 390, 1)
	tap(90, 390, 2)
	is(choosing, true) // the reason below the finger was not chosen
	tap(90, 390, 1)
	is(choosing, false)
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`performance.getEntriesByType("resource").some((e) => e.name.includes("/answer"))`, chromedp.WithPollingTimeout(20*time.Second))); err != nil || l.shown == "" {
		t.Errorf("a reason that was meant: %q, %v", l.shown, err)
	}
	tap(255, 390, 1) // turned back: ready for the next
	s.Show(screens()["idle"])
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector(".card").dataset.state === "idle"`, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		t.Fatal(err)
	}
	tap(255, 390, 2)
	is(form, false)
	tap(255, 390, 1)
	is(form, true)

	// The same by key, in one go: the card is drawn anew between two strikes.
	html := get(t, at+"/")
	s.Show(screens()["amber-a12"])
	amber := get(t, at+"/")
	strikes := fmt.Sprintf(`(() => {
	  const card = (html) => new DOMParser().parseFromString(html, "text/html").querySelector(".card").outerHTML;
	  const strike = () => { for (const of of ["keydown", "keyup"]) document.dispatchEvent(new KeyboardEvent(of, { key: "2", bubbles: true })); };
	  document.getElementById("form").close();
	  replace(card(%q));
	  strike();
	  replace(card(%q));
	  strike();
	  return document.getElementById("form").open;
	})()`, amber, html)
	is(strikes, false)
}

// A tap in the middle of which the card is drawn anew is one tap where the same
// person stands there, and none for the next: with a finger as with a mouse.
func TestATapOutlastsADrawing(t *testing.T) {
	s, l, at := open(t)
	ctx := browser(t)
	cards := map[string]string{}
	for _, state := range []string{"amber-a03", "repeat"} {
		s.Show(screens()[state])
		cards[state] = get(t, at+"/")
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(800, 480, chromedp.EmulateTouch), chromedp.Navigate(at+"/?lang=vi")); err != nil {
		t.Fatal(err)
	}
	const same, next = 3, 4 // turns
	for _, tc := range []struct {
		button string
		taps   int
		card   string // drawn anew in the last one
		turn   uint64
		want   []checkpoint.Answer
		reason bool // is asked for
	}{
		{"denied", 1, "amber-a03", same, []checkpoint.Answer{checkpoint.AnswerDenied}, false},
		{"list", 1, "amber-a03", same, []checkpoint.Answer{checkpoint.AnswerList}, false},
		{"list", 2, "amber-a03", same, []checkpoint.Answer{checkpoint.AnswerList}, false},
		{"passed", 1, "amber-a03", same, nil, true},
		{"denied", 1, "amber-a03", next, nil, false},
		{"passed", 1, "repeat", next, nil, false}, // who is here again needs no reason
	} {
		for name, hand := range map[string]func(ctx context.Context, of string, x, y float64, tap int) error{"finger": finger, "mouse": mouse} {
			listens(t, s, ctx, "amber-a03")
			l.answers, l.turn = nil, tc.turn
			where, err := chromedp.Run(ctx, chromedp.Evaluate[[2]float64](fmt.Sprintf(`(() => { const b = document.getElementById("lane-1-%s").getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()`, tc.button)))
			anew := fmt.Sprintf(`(replace(new DOMParser().parseFromString(%q, "text/html").querySelector(".card").outerHTML.replace(/data-turn="\d+"/, 'data-turn="%d"')), true)`, cards[tc.card], tc.turn)
			for n := 1; n <= tc.taps; n++ {
				err = errors.Join(err, hand(ctx, "down", where[0], where[1], n))
				if n == tc.taps {
					_, drawn := chromedp.Run(ctx, chromedp.Evaluate[bool](anew))
					err = errors.Join(err, drawn)
				}
				err = errors.Join(err, hand(ctx, "up", where[0], where[1], n))
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(700 * time.Millisecond) // what comes late, comes now
			asked, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector(".chips:not([hidden])") !== null`))
			if !slices.Equal(l.answers, tc.want) || asked != tc.reason || err != nil {
				t.Errorf("%s, %d taps by %s, turn %d: %v, want %v; a reason asked for: %t, %v", tc.button, tc.taps, name, tc.turn, l.answers, tc.want, asked, err)
			}
		}
	}
}

// mouse and finger press and lift at a place; tap counts those in short succession.
func mouse(ctx context.Context, of string, x, y float64, tap int) error {
	if of == "down" {
		return chromedp.Do(ctx, chromedp.MouseEvent("mousePressed", x, y, chromedp.ButtonLeft, chromedp.ClickCount(tap)))
	}
	return chromedp.Do(ctx, chromedp.MouseEvent("mouseReleased", x, y, chromedp.ButtonLeft, chromedp.ClickCount(tap)))
}

func finger(ctx context.Context, of string, x, y float64, _ int) error {
	event := input.DispatchTouchEventParams{Type: "touchEnd", TouchPoints: []*input.TouchPoint{}}
	if of == "down" {
		event = input.DispatchTouchEventParams{Type: "touchStart", TouchPoints: []*input.TouchPoint{{X: x, Y: y}}}
	}
	return chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, event)
		return err
	}))
}

// A card that is drawn anew in the middle, because a reader came or data aged,
// leaves the guard at the reason where they were.
func TestTheReasonStaysChosenWhenTheCardIsDrawnAnew(t *testing.T) {
	s, l, at := open(t)
	ctx := browser(t)
	s.Show(screens()["amber-a03"])
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(800, 480), chromedp.Navigate(at+"/?lang=vi")); err != nil {
		t.Fatal(err)
	}
	listens(t, s, ctx, "amber-a03")
	strikes := fmt.Sprintf(`(() => {
	  const strike = (key) => { for (const of of ["keydown", "keyup"]) document.activeElement.dispatchEvent(new KeyboardEvent(of, { key, bubbles: true })); };
	  const anew = () => replace(new DOMParser().parseFromString(%q, "text/html").querySelector(".card").outerHTML);
	  strike("1");
	  for (let i = 0; i < 2; i++) { strike("1"); anew(); }
	  const at = document.activeElement.value;
	  strike("2");
	  return at;
	})()`, get(t, at+"/"))
	third, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelectorAll(".chips button")[2].value`))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := chromedp.Run(ctx, chromedp.Evaluate[string](strikes)); err != nil || got != third {
		t.Errorf("the guard is at %q, %v; went to %q", got, err, third)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`performance.getEntriesByType("resource").some((e) => e.name.includes("/answer"))`, chromedp.WithPollingTimeout(20*time.Second))); err != nil || string(l.shown) != third {
		t.Errorf("let pass for %q, %v, not for %q", l.shown, err, third)
	}
}
