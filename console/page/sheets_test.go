package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/console/page"
)

// printed is where the sheets lie as PDF.
const printed = "../../docs/print"

func sheetServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := page.New(page.Config{Names: []string{"1"}, Status: boxStatus})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	return web
}

func fetched(t *testing.T, at string) string {
	t.Helper()
	w := httptest.NewRecorder()
	s := page.New(page.Config{Names: []string{"1"}, Status: boxStatus})
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+at, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", at, w.Code)
	}
	return w.Body.String()
}

// edition names what a sheet says and how it looks: the PDF carries it.
func edition(t *testing.T, name string) string {
	t.Helper()
	html := fetched(t, "/print/"+name)
	all := html + fetched(t, "/assets/sheets.css")
	for drawing := range strings.Lines(fetched(t, "/assets/shapes.svg")) { // those that the sheet has
		_, rest, _ := strings.Cut(drawing, `<symbol id="`)
		if id, _, ok := strings.Cut(rest, `"`); ok && strings.Contains(html, "shapes.svg#"+id+`"`) {
			all += drawing
		}
	}
	sum := sha256.Sum256([]byte(all))
	return "edition-" + hex.EncodeToString(sum[:8])
}

// The sheets say what the screen says, in both languages.
func TestSheetsSayWhatTheScreenSays(t *testing.T) {
	poster, notice := fetched(t, "/print/poster"), fetched(t, "/print/notice")
	for _, l := range []messages.Lang{messages.Vietnamese, messages.English} {
		for _, v := range []checkpoint.Verdict{checkpoint.Admit, checkpoint.Refer, checkpoint.Refuse, checkpoint.Repeat, checkpoint.NotRead, checkpoint.Fault} {
			signal := checkpoint.SignalFor(v)
			for _, want := range []string{messages.Word(v, l), messages.Lamp(signal, l), messages.Sound(signal, l), messages.Advice(signal, l)} {
				if want == "" || !strings.Contains(poster, template(want)) {
					t.Errorf("the poster does not say %q", want)
				}
			}
		}
		if !strings.Contains(poster, template(messages.Reason(checkpoint.CannotRecord, nil, l).What)) {
			t.Errorf("the poster does not say N20 in %s", l)
		}
		for _, n := range messages.Notice(l) {
			if !strings.Contains(notice, template(n.Question)) || !strings.Contains(notice, template(n.Answer)) {
				t.Errorf("the notice does not say %q", n.Question)
			}
		}
	}
	// A button that the poster names is one that the screen has.
	for l, buttons := range map[messages.Lang][]messages.ButtonID{
		messages.Vietnamese: {messages.SomethingDiffers, messages.LetPass, messages.TurnBack, messages.OtherPaper, messages.CallDuty, messages.SamePerson, messages.SomeoneElse, messages.TypeNumber, messages.PriorityVehicle},
		messages.English:    {messages.SomethingDiffers, messages.LetPass, messages.TurnBack, messages.OtherPaper, messages.CallDuty, messages.SamePerson, messages.SomeoneElse, messages.TypeNumber, messages.PriorityVehicle},
	} {
		for _, b := range buttons {
			if !strings.Contains(poster, strings.ToUpper(messages.Button(b, l))) {
				t.Errorf("the poster does not name the button %q", messages.Button(b, l))
			}
		}
	}
}

// template is a text as html/template writes it.
func template(s string) string { return strings.NewReplacer("'", "&#39;", "&", "&amp;").Replace(s) }

// What lies in docs/print is of these very words: `make print` makes it anew.
func TestPrintedSheetsAreOfTheseWords(t *testing.T) {
	for name, file := range map[string]string{"poster": "guard-poster.pdf", "notice": "notice-for-citizens.pdf", "install": "install-card.pdf", "paper-shift": "shift-sheet.pdf"} {
		if dir := os.Getenv("CHECKPOINT_PRINT"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, file), onPaper(t, name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		pdf, err := os.ReadFile(filepath.Join(printed, file))
		if err != nil || !bytes.Contains(pdf, []byte(edition(t, name))) {
			t.Errorf("%s is not of these words (%v): make print", file, err)
		}
		if n := bytes.Count(pdf, []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%s has %d pages", file, n)
		}
	}
}

// spills names what does not fit on its one sheet of A4.
const spills = `(() => {
  const out = [];
  const most = 297 / 25.4 * 96 + 1;
  if (document.body.scrollHeight > most) out.push("sheet is " + document.body.scrollHeight + " high, of " + most);
  for (const e of document.querySelectorAll("th, td, li, dd, dt, p, h1, h2"))
    if (e.scrollWidth > e.clientWidth + 1) out.push(e.tagName + ": " + e.textContent.trim().slice(0, 40));
  return out.join("; ");
})()`

// onPaper is a sheet as PDF, printed by a real browser.
func onPaper(t *testing.T, name string) (pdf []byte) {
	t.Helper()
	web := sheetServer(t)
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(794, 1123), chromedp.Navigate(web.URL+"/print/"+name)); err != nil {
		t.Fatal(err)
	}
	_, errFonts := chromedp.Run(ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => "")`, chromedp.EvalAwaitPromise))
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[string](spills))
	if errFonts != nil || err != nil || wrong != "" {
		t.Fatal(errFonts, err, wrong)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.title += " `+edition(t, name)+`"`)); err != nil {
		t.Fatal(err)
	}
	pdf, err = chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFMargin(0), chromedp.PDFPrintBackground()))
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}
