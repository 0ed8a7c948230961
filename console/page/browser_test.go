package page_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/console/page"
)

// browser is a real one (Debian's chromium), closed with the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	alloc, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 6*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// overflows names what does not fit where it stands.
const overflows = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight) out.push("page " + document.documentElement.scrollWidth + "x" + document.documentElement.scrollHeight);
  for (const e of document.querySelectorAll(".word, .reason, .do, .compare div, .buttons button, .strip li, header, .banner, .notice"))
    if (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) out.push(e.className + ": " + e.textContent.trim().slice(0, 40) + " " + e.scrollWidth + ">" + e.clientWidth + " " + e.scrollHeight + ">" + e.clientHeight);
  for (const e of document.querySelectorAll(".compare dd")) if (e.scrollWidth > e.clientWidth + 1) out.push("a line is cut: " + e.textContent);
  const boxes = [...document.querySelectorAll(".verdict, .compare, .do, .buttons, .strip")].map(e => [e.className, e.getBoundingClientRect()]);
  for (const [name, b] of boxes) if (b.right > innerWidth + 1 || b.bottom > innerHeight + 1) out.push(name + " leaves the page: " + b.right + " " + b.bottom);
  for (const e of document.querySelectorAll(".strip li:not(.box)")) if (e.getBoundingClientRect().right > innerWidth - 8) out.push("the foot is cut: " + e.textContent);
  for (const v of document.querySelectorAll(".verdict")) { const w = v.querySelector(".word").getBoundingClientRect(), b = v.getBoundingClientRect(); if (w.right > b.right) out.push("word leaves its block"); }
  for (const e of document.querySelectorAll(".notice:not([hidden]), .word, .reason, .buttons span")) {
    const b = e.getBoundingClientRect(), top = document.elementFromPoint(b.left + 24, b.top + b.height / 2);
    if (b.height && e.textContent && (!top || !e.contains(top) && !top.contains(e))) out.push(e.className + " is covered: " + e.textContent);
  }
  return out.join("; ");
})()`

// screens are what a lane can show.
func screens() map[string]checkpoint.View {
	reader := []checkpoint.ReaderState{{Name: "scanner", Connected: true}}
	card := &checkpoint.Credential{
		Format: checkpoint.FormatCCCD2021, Kind: checkpoint.KindCCCD, Number: "001090000011", FullName: "NGUYỄN VĂN AN",
		Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, Sex: checkpoint.Male, Issued: checkpoint.Date{Year: 2021, Month: 5, Day: 10},
	}
	long := *card
	long.FullName = "CÔNG TẰNG TÔN NỮ NGUYỄN THỊ HUYỀN TRANG"
	lane := checkpoint.LaneInfo{Site: "Sở Nội vụ", Lane: "1", Direction: checkpoint.In}
	at := checkpoint.Position{Epoch: 7<<10 | 19<<5 | 2, Seq: 419}
	found := map[checkpoint.Reason][]checkpoint.Finding{"A01": {checkpoint.FoundNotInData}, "A03": {checkpoint.FoundNameDiffers}, "A07": {checkpoint.FoundIssueDiffers, checkpoint.FoundCardReissued}}
	waiting := func(v checkpoint.Verdict, r checkpoint.Reason, c *checkpoint.Credential, args map[string]string, differs ...string) checkpoint.View {
		if args == nil {
			args = map[string]string{}
		}
		args["hotline"] = "0220 000 1022"
		return checkpoint.View{Lane: lane, Turn: 3, State: checkpoint.StateWaiting, Readers: reader, Position: at,
			Decision: &checkpoint.Decision{Verdict: v, Reason: r, Args: args, Differs: differs, Credential: c, Findings: found[r]}}
	}
	shown := func(v checkpoint.Verdict, r checkpoint.Reason, c *checkpoint.Credential, args map[string]string) checkpoint.View {
		view := waiting(v, r, c, args)
		view.State = checkpoint.StateDecided
		return view
	}
	quiet := func(s checkpoint.State, n checkpoint.Reason) checkpoint.View {
		return checkpoint.View{Lane: lane, Turn: 3, State: s, Notice: n, Readers: reader}
	}
	unplugged := quiet(checkpoint.StateIdle, checkpoint.ReaderUnplugged)
	unplugged.Readers = []checkpoint.ReaderState{{Name: "scanner"}}
	undo := quiet(checkpoint.StateIdle, "")
	undo.Outcome, undo.UndoUntil = checkpoint.Denied, time.Now().Add(time.Hour)
	refused := waiting(checkpoint.Refer, "A01", card, nil)
	refused.Notice, refused.Refused = checkpoint.DecideFirst, 1
	second := waiting(checkpoint.Refer, "A01", &long, nil)
	second.SecondUntil = time.Now().Add(time.Hour)
	listed := waiting(checkpoint.Refer, "A07", card, nil, "issue_date")
	listed.Listed = true
	called := waiting(checkpoint.Refuse, "R05", card, map[string]string{"phone": "0220 000 1130", "rule": "Chỉ thị 16"})
	called.Called = true
	return map[string]checkpoint.View{
		"second":       second,
		"called":       called,
		"listed":       listed,
		"idle":         quiet(checkpoint.StateIdle, ""),
		"reading":      quiet(checkpoint.StateReading, ""),
		"green":        shown(checkpoint.Admit, "G1", card, map[string]string{"time": "2026-01-13T02:00:00+07:00"}),
		"amber-a01":    waiting(checkpoint.Refer, "A01", &long, nil),
		"amber-a03":    waiting(checkpoint.Refer, "A03", card, nil, "full_name"),
		"amber-a12":    waiting(checkpoint.Refer, "A12", &long, nil, "dob", "full_name"),
		"red-r01":      waiting(checkpoint.Refuse, "R01", card, map[string]string{"phone": "0220 000 1130"}),
		"red-r02":      waiting(checkpoint.Refuse, "R02", card, map[string]string{"phone": "0220 000 1130"}),
		"amber-a04":    waiting(checkpoint.Refer, "A04", &long, map[string]string{"until": "2021-10-15T08:00:00+07:00"}),
		"form":         shown(checkpoint.Admit, "G1", card, map[string]string{"until": time.Now().Add(71 * time.Hour).Format(time.RFC3339)}),
		"amber-a07":    waiting(checkpoint.Refer, "A07", &long, nil, "issue_date"),
		"repeat":       waiting(checkpoint.Repeat, "A06", card, map[string]string{"ago": "125s", "lane": "1"}),
		"not-read":     shown(checkpoint.NotRead, "N01", nil, nil),
		"other-code":   shown(checkpoint.NotRead, "N02", nil, map[string]string{"kind": "emvco-payment"}),
		"fault":        shown(checkpoint.Fault, "N16", nil, map[string]string{"code": "SLOW", "box": "hd-0412"}),
		"unplugged":    unplugged,
		"camera-dark":  quiet(checkpoint.StateIdle, "N04"),
		"gate-fault":   quiet(checkpoint.StateIdle, "N11"),
		"emergency":    quiet(checkpoint.StateEmergency, checkpoint.EmergencyOpen),
		"walk":         quiet(checkpoint.StateWalk, ""),
		"undo":         undo,
		"decide-first": refused,
	}
}

func boxStatus() control.Status {
	now := time.Now()
	return control.Status{
		Box: "hd-0412", Snapshot: control.Snapshot{Number: 319, Created: now.Add(-6 * time.Hour), FreshHours: 24, NoGreenHours: 48},
		Lanes: []control.LaneStatus{{Name: "1", Today: map[string]uint64{"admit": 412, "refer": 50, "repeat": 8, "refuse": 3}}},
		Link:  control.Link{Broker: "ssl://x", Connected: true}, Clock: control.Clock{Time: now, Trusted: true},
	}
}

func TestEveryStateFitsItsScreen(t *testing.T) {
	s := page.New(page.Config{Box: "hd-0412", Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus, Desk: &counter{}})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	ctx := browser(t) // closed before the server: its stream is open
	turn := uint64(0)
	for _, size := range []struct{ w, h int64 }{{800, 480}, {1280, 800}} {
		for _, lang := range []messages.Lang{messages.Vietnamese, messages.English} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(size.w, size.h), chromedp.Navigate(web.URL+"/?lang="+string(lang))); err != nil {
				t.Fatal(err)
			}
			for name, view := range screens() {
				turn++
				view.Turn = turn
				s.Show(view) // by the stream, as at a lane
				at := fmt.Sprintf("%s-%s-%dx%d", name, lang, size.w, size.h)
				wrong := look(ctx, t, turn)
				if wrong != "" {
					t.Errorf("%s: %s", at, wrong)
				}
				if slices.Contains(unreached, name) {
					keep(ctx, t, at)
				}
			}
		}
	}
}

// look waits until the browser shows the turn, and tells what does not fit.
func look(ctx context.Context, t *testing.T, turn uint64) (wrong string) {
	t.Helper()
	here := fmt.Sprintf(`document.querySelector(".card").dataset.turn === "%d"`, turn)
	_, errShown := chromedp.Run(ctx, chromedp.Poll[bool](here, chromedp.WithPollingTimeout(20*time.Second)))
	_, errFonts := chromedp.Run(ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => "")`, chromedp.EvalAwaitPromise))
	wrong, errWrong := chromedp.Run(ctx, chromedp.Evaluate[string](overflows))
	if err := errors.Join(errShown, errFonts, errWrong); err != nil {
		t.Fatal(err)
	}
	return wrong
}

// unreached are what the daemon's own tests do not bring about, of which
// pictures are kept from here.
var unreached = []string{"reading", "amber-a01", "amber-a07", "amber-a12", "fault", "camera-dark", "gate-fault", "emergency", "walk"}

// keep writes a picture into the folder CHECKPOINT_SCREENS, if there is one.
func keep(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("CHECKPOINT_SCREENS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
