package page_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/page"
)

func TestAVehicleIsWhatTheGuardSees(t *testing.T) {
	s, l, at := open(t)
	road := screens()["idle"]
	road.Lane.SiteType = "road"
	s.Show(road)
	if html := get(t, at+"/"); !strings.Contains(html, `data-opens="plate" data-key="4"`) {
		t.Error("a road lane at rest takes no plate")
	}
	broken := screens()["unplugged"]
	broken.Lane.SiteType = "road"
	s.Show(broken)
	if html := get(t, at+"/"); !strings.Contains(html, `data-opens="plate"`) || strings.Contains(html, `class="complaint"`) {
		t.Error("without a scanner a road lane takes no plate, or the fault's code lies below its button")
	}
	road.Vehicle = &checkpoint.Vehicle{Plate: "29A12345", Passed: 2, Denied: 1}
	s.Show(road)
	html := get(t, at+"/")
	for _, want := range []string{`data-plate="29A12345"`, `data-opens="vehicle-pass" data-key="1"`, `data-opens="pad" data-key="2"`, `data-opens="form" data-key="3"`, `data-opens="vehicle-back" data-key="4"`, "Biển số 29A12345 · 2 Đã cho qua · 1 Đã từ chối"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
	if public := get(t, at+"/public"); strings.Contains(public, "29A12345") {
		t.Error("the public reads the plate")
	}
	for path, form := range map[string]url.Values{
		"/lanes/1/vehicle": {"plate": {"29A12345"}}, "/lanes/1/vehicle/close": {"plate": {"29A12345"}, "pass": {"yes"}},
	} {
		if code := post(t, at+path, form, nil); code != http.StatusNoContent {
			t.Errorf("%s: code %d", path, code)
		}
	}
	slices.Sort(l.plates)
	if !slices.Equal(l.plates, []string{"29A12345", "29A12345 true"}) {
		t.Errorf("the lane got %q", l.plates)
	}
	for err, says := range map[error]string{
		checkpoint.ErrNotAPlate: "Biển số chưa đúng", checkpoint.ErrVehicleOpen: "Đóng lượt xe trước", checkpoint.ErrNoVehicle: "không còn ở đây",
		checkpoint.ErrNobodyPassed: "Chưa ai trên xe", checkpoint.ErrDecideFirst: "Hãy quyết định cho người trước",
	} {
		l.err = err
		answer, errPost := http.PostForm(at+"/lanes/1/vehicle/close", url.Values{"plate": {"29A12345"}})
		if errPost != nil {
			t.Fatal(errPost)
		}
		body, _ := io.ReadAll(answer.Body) // what came of it is compared
		answer.Body.Close()
		if answer.StatusCode < 400 || !strings.Contains(string(body), says) {
			t.Errorf("%v: %s %s", err, answer.Status, body)
		}
	}
}

// Two lanes of a road side by side, a vehicle at each, and the pad over both.
func TestVehiclesAtTwoLanesFit(t *testing.T) {
	s := page.New(page.Config{Site: "Chốt QL5", Names: []string{"1", "2"}, Status: boxStatus})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	ctx := browser(t)
	for i, name := range []string{"idle", "just-now"} {
		v := screens()["idle"]
		if name == "just-now" {
			v.Decision = screens()["green"].Decision
		}
		v.Lane.Lane, v.Lane.SiteType = []string{"1", "2"}[i], "gateway"
		v.Vehicle = []*checkpoint.Vehicle{nil, {Plate: "29LD01234", Passed: 12, Denied: 10}}[i]
		s.Show(v)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 800)); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"vi", "en"} {
		fits(ctx, t, "two-roads-"+lang+"-1280x800", web.URL+"/?lang="+lang)
		covered(ctx, t)
	}
	amber := screens()["amber-a03"] // four buttons in half a screen
	amber.Lane.Lane = "2"
	s.Show(amber)
	for _, lang := range []string{"vi", "en"} {
		fits(ctx, t, "two-lanes-amber-"+lang+"-1280x800", web.URL+"/?lang="+lang)
	}
}

// covered tells which words a plate's button covers.
func covered(ctx context.Context, t *testing.T) {
	t.Helper()
	words, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
  const out = [];
  for (const plate of document.querySelectorAll(".plate")) for (const e of plate.closest(".card").querySelectorAll(".word, .reason")) {
    const text = document.createRange();
    text.selectNodeContents(e);
    const a = plate.getBoundingClientRect(), b = text.getBoundingClientRect();
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) out.push(e.textContent);
  }
  return out.join("; ");
})()`))
	if err != nil || words != "" {
		t.Errorf("a plate's button covers %q, %v", words, err)
	}
}
