package page_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/console/page"
	"checkpoint/console/pin"
)

// lane keeps what it was asked for.
type lane struct {
	answers   []checkpoint.Answer
	turn      uint64
	cars      int
	wrong     int
	shown     checkpoint.Finding
	typed     []checkpoint.Typed
	forms     []checkpoint.Form
	completed []checkpoint.Position
	plates    []string
	err       error
}

func (l *lane) AnswerTurn(_ context.Context, turn uint64, a checkpoint.Answer, shown checkpoint.Finding) error {
	if turn != l.turn {
		return checkpoint.ErrOtherPerson
	}
	l.answers, l.shown = append(l.answers, a), shown
	return l.err
}
func (l *lane) Priority(context.Context) error { l.cars++; return l.err }
func (l *lane) TypeTurn(_ context.Context, turn uint64, t checkpoint.Typed) error {
	if turn != l.turn {
		return checkpoint.ErrDecideFirst
	}
	l.typed = append(l.typed, t)
	return l.err
}
func (l *lane) FormTurn(_ context.Context, turn uint64, f checkpoint.Form) error {
	if turn != l.turn {
		return checkpoint.ErrDecideFirst
	}
	l.forms = append(l.forms, f)
	return l.err
}
func (l *lane) CompleteForm(_ context.Context, at checkpoint.Position, f checkpoint.Form) error {
	l.completed = append(l.completed, at)
	l.forms = append(l.forms, f)
	return l.err
}
func (l *lane) Vehicle(_ context.Context, plate string) error {
	l.plates = append(l.plates, plate)
	return l.err
}
func (l *lane) CloseVehicle(_ context.Context, plate string, pass bool) error {
	l.plates = append(l.plates, fmt.Sprint(plate, " ", pass))
	return l.err
}
func (l *lane) WrongPIN() { l.wrong++ }

// open is a page of one lane, which stands at turn 3.
func open(t *testing.T) (*page.Server, *lane, string) {
	t.Helper()
	hash, err := pin.Hash("246810")
	if err != nil {
		t.Fatal(err)
	}
	pins, err := pin.NewList([]string{hash})
	if err != nil {
		t.Fatal(err)
	}
	s := page.New(page.Config{Box: "hd-0412", Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus, PINs: pins})
	l := &lane{turn: 3}
	s.Connect(map[string]page.Lane{"1": l})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	return s, l, web.URL
}

func post(t *testing.T, to string, form url.Values, change func(*http.Request)) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if change != nil {
		change(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func TestAButtonAnswersForWhomTheGuardSaw(t *testing.T) {
	_, l, at := open(t)
	for _, tc := range []struct {
		turn, answer string
		code         int
	}{
		{"3", "passed", http.StatusNoContent},
		{"2", "passed", http.StatusConflict},
		{"", "passed", http.StatusBadRequest},
		{"3", "open", http.StatusBadRequest},
	} {
		if code := post(t, at+"/lanes/1/answer", url.Values{"turn": {tc.turn}, "answer": {tc.answer}}, nil); code != tc.code {
			t.Errorf("turn %q, %q: code %d, want %d", tc.turn, tc.answer, code, tc.code)
		}
	}
	why := func(shown string) int {
		return post(t, at+"/lanes/1/answer", url.Values{"turn": {"3"}, "answer": {"denied"}, "shown": {shown}}, nil)
	}
	if code := why("a word of the browser's own"); code != http.StatusBadRequest || len(l.answers) != 1 {
		t.Errorf("an invented reason: code %d", code)
	}
	if code := post(t, at+"/lanes/1/answer", url.Values{"turn": {"3"}, "answer": {"passed"}, "shown": {"TRAVEL_PERMIT_SHOWN"}}, nil); code != http.StatusNoContent || l.shown != checkpoint.ShownPermit {
		t.Errorf("a travel permit: code %d, the lane was told %q", code, l.shown)
	}
	if len(l.answers) != 2 || l.answers[0] != checkpoint.AnswerPassed {
		t.Errorf("the lane got %v", l.answers)
	}
	if code := post(t, at+"/lanes/2/answer", url.Values{"turn": {"3"}, "answer": {"passed"}}, nil); code != http.StatusNotFound {
		t.Errorf("a lane that is not there: code %d", code)
	}
	if code := post(t, at+"/lanes/1/priority", nil, nil); code != http.StatusNoContent || l.cars != 1 {
		t.Errorf("a priority vehicle: code %d, %d let through", code, l.cars)
	}
}

// The page's buttons are those that the lane takes from the wall, by number.
func TestThePagesButtonsAreTheWalls(t *testing.T) {
	s, _, at := open(t)
	shown := regexp.MustCompile(`data-answer="(\w+)"[^>]* data-key="(\d)"`)
	for name, view := range screens() {
		s.Show(view)
		var got []string
		for _, b := range shown.FindAllStringSubmatch(get(t, at+"/"), -1) {
			got = append(got, fmt.Sprintf("{%s %s}", b[2], b[1]))
		}
		var want []string
		for _, c := range view.Choices() {
			if !view.SecondUntil.IsZero() && c.Answer == checkpoint.AnswerOther {
				continue // asked for already: the page offers the pad
			}
			want = append(want, fmt.Sprint(c))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the page has %v, the wall %v", name, got, want)
		}
	}
}

// Each kind of evidence that a guard may be shown is a touch away; keys 1, 2 and 3
// go through them (the browser's tests).
func TestEveryReasonToLetPassIsOffered(t *testing.T) {
	s, _, at := open(t)
	s.Show(screens()["amber-a03"])
	html := get(t, at+"/")
	for _, f := range checkpoint.Shown() {
		if want := fmt.Sprintf(`<button value="%s"`, f); !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
}

// What to do gives way to what the guard has just asked for.
func TestWhatToDoStandsBelowTheVerdict(t *testing.T) {
	s, _, at := open(t)
	for name, want := range map[string]string{
		"second":    `<p class="do">Đưa giấy thứ hai của người này vào máy quét.</p>`,
		"amber-a01": `<p class="do">Xem giấy tờ gốc. Nghi đọc sai thì gõ lại số.</p>`,
		"called":    `<p class="do">Gọi trực ban 0220 000 1130</p>`,
		"emergency": `<p class="do">Đưa mọi người ra; đừng giữ ai lại.</p>`,
		"walk":      `<p class="do">Đang thử từng đèn: đèn lúc này không cho ai qua.</p>`,
	} {
		s.Show(screens()[name])
		if html := get(t, at+"/"); !strings.Contains(html, want) {
			t.Errorf("%s: no %s in\n%s", name, want, html)
		}
	}
}

// A code that hides signs in a name, to have it read otherwise than it is, does
// not get them onto the screen.
func TestACodeTurnsNoNameRound(t *testing.T) {
	s, _, at := open(t)
	view := screens()["amber-a03"]
	card := *view.Decision.Credential
	card.FullName = "NA\u202eIR\u202c \u2066ÊL\u2069\u200bX"
	decision := *view.Decision
	decision.Credential, view.Decision = &card, &decision
	s.Show(view)
	if html := get(t, at+"/"); !strings.Contains(html, "NA\ufffdIR\ufffd \ufffdÊL\ufffd\ufffdX") || strings.ContainsAny(html, "\u202e\u2066\u200b") {
		t.Errorf("the page has\n%s", html)
	}
}

func get(t *testing.T, from string) string {
	t.Helper()
	answer, err := http.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestOverrideWantsAShiftLeadsPIN(t *testing.T) {
	_, l, at := open(t)
	for _, code := range []string{"", "000000"} {
		if got := post(t, at+"/lanes/1/answer", url.Values{"turn": {"3"}, "answer": {"override"}, "pin": {code}}, nil); got != http.StatusForbidden {
			t.Errorf("PIN %q: code %d", code, got)
		}
	}
	if len(l.answers) != 0 || l.wrong != 2 {
		t.Errorf("the lane got %v, and %d wrong PINs", l.answers, l.wrong)
	}
	if got := post(t, at+"/lanes/1/answer", url.Values{"turn": {"3"}, "answer": {"override"}, "pin": {"246810"}}, nil); got != http.StatusNoContent || len(l.answers) != 1 {
		t.Errorf("the right PIN: code %d, %v", got, l.answers)
	}
}

func TestOthersPagesReachNothing(t *testing.T) {
	_, l, at := open(t)
	form := url.Values{"turn": {"3"}, "answer": {"passed"}}
	for name, change := range map[string]func(*http.Request){
		"a form on another site":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"an old browser's":          func(r *http.Request) { r.Header.Set("Origin", "http://elsewhere.example") },
		"a name that was rebound":   func(r *http.Request) { r.Host = "elsewhere.example" },
		"an address of the network": func(r *http.Request) { r.Host = "192.0.2.7:8080" },
	} {
		if code := post(t, at+"/lanes/1/answer", form, change); code < 400 {
			t.Errorf("%s: code %d", name, code)
		}
	}
	if code := post(t, at+"/lanes/1/answer", url.Values{"turn": {"3"}, "answer": {strings.Repeat("x", 1<<16)}}, nil); code != http.StatusBadRequest {
		t.Errorf("an oversize form: code %d", code)
	}
	if answer, err := http.Get(at + "/lanes/1/answer?turn=3&answer=passed"); err != nil || answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a link that answers: %v, %v", answer.Status, err)
	}
	if len(l.answers) != 0 {
		t.Errorf("the lane got %v", l.answers)
	}
}

func TestBrowsersAreToldToTrustTheBoxAlone(t *testing.T) {
	_, _, at := open(t)
	for _, path := range []string{"/", "/public", "/assets/page.js"} {
		answer, err := http.Get(at + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		h := answer.Header
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestThePublicSeesAShapeAndAWordAlone(t *testing.T) {
	s, _, at := open(t)
	s.Show(screens()["amber-a03"])
	answer, err := http.Get(at + "/public/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var drawn strings.Builder
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		drawn.WriteString(lines.Text() + "\n")
		if lines.Text() == "event: beat" {
			break
		}
	}
	if !strings.Contains(drawn.String(), "KIỂM TRA") {
		t.Errorf("no verdict in:\n%s", &drawn)
	}
	for _, secret := range []string{"NGUYỄN", "001090000011", "1990", "Thông tin QR", "7K2"} {
		if strings.Contains(drawn.String(), secret) {
			t.Errorf("the public reads %q", secret)
		}
	}
}

func TestPagesThatNobodyClosesDoNotPileUp(t *testing.T) {
	_, _, at := open(t)
	codes := map[int]int{}
	for range 70 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		codes[answer.StatusCode]++
	}
	if codes[http.StatusOK] != 64 || codes[http.StatusServiceUnavailable] != 6 {
		t.Errorf("of 70 streams: %v", codes)
	}
}

func TestThePageIsSmall(t *testing.T) {
	_, _, at := open(t)
	all := 0
	paths := []string{"/", "/places"}
	files, err := filepath.Glob("assets/*")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files { // whatever a page may ask for, and the licence of its letters
		if filepath.Ext(file) != ".html" {
			paths = append(paths, "/"+file)
		}
	}
	for _, path := range paths {
		answer, err := http.Get(at + path)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v, %v", path, answer.Status, err)
		}
		var body strings.Builder
		if _, err := bufio.NewReader(answer.Body).WriteTo(&body); err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		all += body.Len()
	}
	if all > 150_000 {
		t.Errorf("%d bytes in all, want at most 150,000", all)
	}
}
