package main

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

const leadPIN = "246810"

// A code of a kind that carries no person: a payment (EMVCo).
const payment = "00020101021238570010A00000072701270006970454011399990000000010208QRIBFTTA53037045802VN63048A5B"

// screens is a lane whose page is open in a real browser, at two sizes and in
// two languages.
type screens struct {
	*rig
	daemon *process
	pages
}

func newScreens(t *testing.T) *screens {
	t.Helper()
	hash, err := pin.Hash(leadPIN)
	if err != nil {
		t.Fatal(err)
	}
	r := newReadyRig(t, settings{More: fmt.Sprintf("decision_inputs = [\"page\"]\nlead_pins = [%q]\n[page]\nlisten = \"127.0.0.1:0\"\n", hash)})
	d := r.start()
	d.awaitReader(true)
	return &screens{r, d, openAll(t, browser(t), d.page())}
}

func (s *screens) verdict(name string, v checkpoint.Verdict, reason checkpoint.Reason) shown {
	s.t.Helper()
	return s.await(name, func(p shown, l messages.Lang) bool {
		return p.Word == messages.Word(v, l) && (reason == "" || p.Reason == messages.Reason(reason, nil, l).What || strings.HasPrefix(p.Reason, start(reason, l)))
	})
}

// start is how a reason begins whatever it names.
func start(r checkpoint.Reason, l messages.Lang) string {
	what, _, _ := strings.Cut(messages.Reason(r, nil, l).What, " (")
	what, _, _ = strings.Cut(what, " ·")
	if r == checkpoint.JustScanned {
		what, _, _ = strings.Cut(what, ",")
		what, _, _ = strings.Cut(what, " just")
	}
	return what
}

func (s *screens) ready(name string) shown {
	s.t.Helper()
	return s.await(name, isReady)
}

func isReady(p shown, l messages.Lang) bool {
	return p.Word == messages.State(checkpoint.StateIdle, l)
}

func (s *screens) outcome(o checkpoint.Outcome) shown {
	s.t.Helper()
	return s.await(o.String(), func(p shown, l messages.Lang) bool { return p.Reason == messages.Outcome(o, l) })
}

// painted holds what the browser painted against a verdict's colour.
func (s *screens) painted(want color.RGBA) {
	s.t.Helper()
	img := s.pages[0].picture()
	got := color.RGBAModel.Convert(img.At(790, 60)).(color.RGBA)
	if got != want {
		s.t.Errorf("the verdict block is painted %v, want %v", got, want)
	}
	if b := img.Bounds(); b.Size() != image.Pt(800, 480) {
		s.t.Errorf("the picture is %v", b)
	}
}

// Every state that a scan can bring about, through a real scanner's line into a
// real browser, and every answer.
func TestTheGuardsPageByRealScans(t *testing.T) {
	s := newScreens(t)
	cards := s.province.cards
	first := s.pages[0]
	s.ready("idle")

	s.scan(s.province.green[0])
	green := s.verdict("green", checkpoint.Admit, checkpoint.MeetsRule)
	if len(green.Rows) < 3 || green.Do != messages.Line(messages.CompareFace, messages.Vietnamese) {
		t.Errorf("green shows %+v", green)
	}
	s.ready("just-now")
	s.scan(s.province.green[2])
	first.await("a green", func(p shown) bool { return p.Word == messages.Word(checkpoint.Admit, first.lang) })
	first.key("3") // it is there for three seconds
	s.verdict("taken-back", checkpoint.Refer, checkpoint.GuardDiffers)
	first.key("2")
	s.outcome(checkpoint.Denied)

	s.scan(cards["amber"])
	s.verdict("amber-a02", checkpoint.Refer, "A02")
	s.painted(color.RGBA{0xff, 0xe0, 0x00, 0xff})
	s.scan(s.province.green[1])
	s.await("decide-first", func(p shown, l messages.Lang) bool {
		return p.Notice == messages.Reason(checkpoint.DecideFirst, nil, l).What && p.Word == messages.Word(checkpoint.Refer, l)
	})
	first.key("2")
	s.awaitAll(func(p shown, l messages.Lang) bool { return p.Reason == messages.Outcome(checkpoint.Denied, l) })
	first.key("3") // before pictures are taken: it can be undone for ten seconds
	s.verdict("undone", checkpoint.Refer, "A02")
	first.key("2")
	s.outcome(checkpoint.Denied)

	s.scan(cards["name-differs"])
	a03 := s.verdict("amber-a03", checkpoint.Refer, checkpoint.DetailsDiffer)
	if len(a03.Differs) != 1 || !strings.HasPrefix(a03.Differs[0], "▲") {
		t.Errorf("the lines that differ: %q", a03.Differs)
	}
	first.key("4")
	s.await("listed", func(p shown, _ messages.Lang) bool { return p.Listed })
	first.tap(".place")
	first.holds('3', `document.querySelector("[aria-pressed=true]") === null`) // as key 4 does
	first.key("4")
	s.awaitAll(func(p shown, _ messages.Lang) bool { return p.Listed })
	first.key("3")
	s.await("other-paper", func(p shown, l messages.Lang) bool { return p.Do == messages.Line(messages.SecondPaper, l) })
	for _, p := range s.pages {
		p.tap(`[data-answer="passed"]`)
	}
	s.await("why-pass", func(p shown, _ messages.Lang) bool { return p.Choosing })
	first.tap(`.chips [value="TRAVEL_PERMIT_SHOWN"]`)
	s.outcome(checkpoint.Passed)

	s.scan(s.province.green[0])
	s.verdict("repeat", checkpoint.Repeat, checkpoint.JustScanned)
	first.tap(`[data-answer="denied"]`)
	s.outcome(checkpoint.Denied)

	s.scan(payment)
	s.verdict("other-code", checkpoint.NotRead, "N02")
	s.awaitAll(isReady)
	s.scan(strings.Repeat("x", 5000))
	s.verdict("not-read", checkpoint.NotRead, "N01")
	s.awaitAll(isReady)

	s.red()
	s.faults()
}

// red asks for more than a tap, and takes a shift lead's word.
func (s *screens) red() {
	s.t.Helper()
	first := s.pages[0]
	s.scan(s.province.cards["withdrawn"])
	red := s.verdict("red-r02", checkpoint.Refuse, "R02")
	if slices.Contains(red.Buttons, messages.Button(messages.LetPass, messages.Vietnamese)) {
		s.t.Errorf("a red offers %q", red.Buttons)
	}
	s.painted(color.RGBA{0x7a, 0x00, 0x10, 0xff})
	first.key("1")
	s.outcome(checkpoint.Denied)
	s.scan(s.province.cards["red"])
	s.verdict("red-r01", checkpoint.Refuse, "R01")
	first.tap(`[data-answer="override"]`) // a tap is not a hold
	for _, p := range s.pages[:2] {       // one in each language
		p.hold(`[data-answer="override"]`, func() {
			run(p, chromedp.Poll[bool](`document.querySelector(".chips:not([hidden])") !== null`, chromedp.WithPollingTimeout(patience)))
		})
		p.tap(`.chips [value="EMERGENCY_SHOWN"]`)
		run(p, chromedp.Poll[bool](`document.getElementById("lead").open`, chromedp.WithPollingTimeout(patience)))
		p.atBoth(func(p *tab) { pages{p}.keep("override-pin") })
	}
	s.pages[1].tap(`#lead [value="cancel"]`)
	for _, digit := range leadPIN {
		first.tap(fmt.Sprintf(`.keys button[value="%c"]`, digit))
	}
	first.tap(`.keys button[value="done"]`)
	s.outcome(checkpoint.Passed)
	s.awaitAll(isReady)
}

// faults are those of the lane itself; then a vehicle that may not wait.
func (s *screens) faults() {
	s.t.Helper()
	s.unplug()
	s.verdict("unplugged", checkpoint.Fault, checkpoint.ReaderUnplugged)
	first := s.pages[0]
	first.hold(`[data-priority]`, func() {
		s.await("priority", func(p shown, l messages.Lang) bool { return p.Reason == messages.Button(messages.PriorityVehicle, l) })
	})
	s.plug()
	s.awaitAll(isReady)
	s.daemon.kill()
	s.await("lost", func(p shown, _ messages.Lang) bool { return p.Lost })
	asked := func(r stored) bool { return slices.Contains(r.Findings, checkpoint.FoundForCorrection) }
	records := s.province.read(s.t, s.settings.State)
	if i := slices.IndexFunc(records, asked); i < 0 || !slices.Contains(records[i].Findings, checkpoint.ShownPermit) || slices.ContainsFunc(records[i+1:], asked) {
		s.t.Errorf("the guard asked for one correction; the province reads %+v", records)
	}
}
