package page_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/live"
	"checkpoint/console/messages"
	"checkpoint/console/page"
	"checkpoint/console/pin"
	"checkpoint/console/shift"
	"checkpoint/store/durable"
)

// counter is a desk whose settings can be changed; nothing else of it is asked.
type counter struct {
	page.Desk
	now     live.Settings
	has     page.Adjustable
	changes int
	err     error
	sheet   shift.Sheet
}

func (c *counter) Live() (live.Settings, page.Adjustable) { return c.now, c.has }
func (c *counter) Settings() []page.Setting               { return []page.Setting{{Name: "box", Value: "hd-0412"}} }
func (c *counter) Shift() (now, last shift.Sheet)         { return c.sheet, c.sheet }
func (c *counter) Change(_ context.Context, to live.Settings) error {
	if c.err == nil || errors.Is(c.err, live.ErrNotKept) {
		c.now = to
	}
	c.changes++
	return c.err
}

// atTheDesk is a page with a desk, and a technician's PIN.
func atTheDesk(t *testing.T, c *counter, forms ...checkpoint.PendingForm) (at, code string) {
	t.Helper()
	pins, err := pin.NewList(nil)
	if err == nil {
		err = pins.Keep(durable.Bytes(filepath.Join(t.TempDir(), "pins.json")))
	}
	if err != nil {
		t.Fatal(err)
	}
	code, _, err = pins.Issue(pin.Technician, "Kỹ thuật", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := page.New(page.Config{Box: "hd-0412", Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus, PINs: pins, Desk: c,
		Forms: func() []checkpoint.PendingForm { return forms }, Lang: func() messages.Lang { return messages.English }})
	s.Connect(map[string]page.Lane{"1": &lane{}})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	return web.URL, code
}

// visited is the page after the PIN, and the secret of its form.
func visited(t *testing.T, at, code string) (html, visit string) {
	t.Helper()
	html = posted(t, at+"/settings?lang=vi", url.Values{"pin": {code}})
	if m := regexp.MustCompile(`name="visit" value="(\w+)"`).FindStringSubmatch(html); m != nil {
		visit = m[1]
	}
	return html, visit
}

func posted(t *testing.T, to string, form url.Values) string {
	t.Helper()
	answer, err := http.PostForm(to, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body strings.Builder
	if err := answer.Write(&body); err != nil {
		t.Fatal(err)
	}
	return body.String()
}

func TestOnlyATechnicianChangesSettings(t *testing.T) {
	c := &counter{has: page.Adjustable{Sound: true, Brightness: 100}}
	at, code := atTheDesk(t, c)
	quiet := func(visit string) url.Values { return url.Values{"visit": {visit}, "sound": {"off"}} }
	for name, visit := range map[string]string{"none": "", "an invented one": "AAAAAAAAAAAAAAAAAAAAAAAAAA", "the PIN": code} {
		if posted(t, at+"/settings/change", quiet(visit)); c.changes != 0 {
			t.Errorf("a visit that is %s changed something", name)
		}
	}
	if html, visit := visited(t, at, "000001"); visit != "" || strings.Contains(html, "hd-0412</td>") {
		t.Error("a wrong PIN shows the settings")
	}
	_, before := visited(t, at, code)
	html, visit := visited(t, at, code)
	for _, want := range []string{`name="sound"`, `name="language"`, `name="brightness"`, "hd-0412"} {
		if !strings.Contains(html, want) {
			t.Errorf("the settings lack %s:\n%s", want, html)
		}
	}
	if posted(t, at+"/settings/change", quiet(before)); c.changes != 0 {
		t.Error("a visit that somebody took over changes settings")
	}
	if html := posted(t, at+"/settings/change", quiet(visit)); !c.now.Quiet || !strings.Contains(html, `value="off" class="act" aria-pressed="true"`) {
		t.Errorf("not quiet: %+v\n%s", c.now, html)
	}
	for name, value := range map[string]string{"sound": "loud", "language": "fr", "brightness": "0", "site": "x", "lead_pins": "x"} {
		if code := post(t, at+"/settings/change", url.Values{"visit": {visit}, name: {value}}, nil); code != http.StatusBadRequest || c.changes != 1 {
			t.Errorf("%s = %s: code %d, %d changes", name, value, code, c.changes)
		}
	}
	for _, percent := range []string{"1", "24", "101", "-50", "1e2"} {
		if post(t, at+"/settings/change", url.Values{"visit": {visit}, "brightness": {percent}}, nil) != http.StatusBadRequest {
			t.Errorf("a screen of %s percent", percent)
		}
	}
	if posted(t, at+"/settings/change", url.Values{"visit": {visit}, "brightness": {"50"}}); c.now.Brightness != 50 || !c.now.Quiet {
		t.Errorf("settings are %+v", c.now)
	}
}

// What this box has not is not offered; what could not be recorded or kept is said.
func TestTheSettingsSayWhatBecameOfThem(t *testing.T) {
	c := &counter{}
	at, code := atTheDesk(t, c)
	html, visit := visited(t, at, code)
	if strings.Contains(html, `name="sound"`) || strings.Contains(html, `name="brightness"`) {
		t.Errorf("a box without buzzer and panel offers them:\n%s", html)
	}
	for err, want := range map[error]string{
		live.ErrNotKept:       messages.Line(messages.NotKept, messages.Vietnamese),
		errors.New("no disk"): "mở tay và ghi sổ",
	} {
		c.err = err
		if html := posted(t, at+"/settings/change?lang=vi", url.Values{"visit": {visit}, "language": {"en"}}); !strings.Contains(html, want) {
			t.Errorf("%v: the page does not say %q:\n%s", err, want, html)
		}
	}
}

func TestThePageBeginsInTheBoxsLanguage(t *testing.T) {
	at, _ := atTheDesk(t, &counter{})
	for path, want := range map[string]string{"/": "en", "/?lang=vi": "vi", "/?lang=en": "en", "/?lang=fr": "en", "/public": "en"} {
		if html := get(t, at+path); !strings.Contains(html, `<html lang="`+want+`">`) {
			t.Errorf("%s is not in %s", path, want)
		}
	}
}

// The list of forms on the sheet has a bound, and is that of its shift.
func TestTheSheetNamesFormsThatWait(t *testing.T) {
	noon := time.Date(2021, 10, 13, 12, 0, 0, 0, time.UTC)
	var forms []checkpoint.PendingForm
	for i := range 9 {
		forms = append(forms, checkpoint.PendingForm{At: checkpoint.Position{Epoch: 7, Seq: uint64(i + 1)}, Time: noon.Add(time.Duration(i) * time.Minute), Lane: "1"})
	}
	c := &counter{sheet: shift.Sheet{Since: noon.Add(-time.Hour), Until: noon.Add(7 * time.Minute)}}
	at, _ := atTheDesk(t, c, forms...)
	html := get(t, at+"/shift/sheet?lang=vi")
	for _, want := range []string{messages.Line(messages.FormsWait, messages.Vietnamese), "<td>8</td>", "… · ", forms[2].At.Reference(), forms[7].At.Reference()} {
		if !strings.Contains(html, want) {
			t.Errorf("the sheet lacks %q", want)
		}
	}
	for _, not := range []checkpoint.PendingForm{forms[0], forms[8]} {
		if strings.Contains(html, not.At.Reference()) {
			t.Errorf("the sheet names %s", not.At.Reference())
		}
	}
}
