package page_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/page"
)

// boxes are how a box may fare, and what the page says of it.
func boxes() map[string]struct {
	status    control.Status
	says, not []string
} {
	type box = struct {
		status    control.Status
		says, not []string
	}
	with := func(change func(*control.Status)) control.Status {
		s := boxStatus()
		change(&s)
		return s
	}
	return map[string]box{
		"well": {boxStatus(), []string{"Dữ liệu 6 giờ", "Có mạng", "Chờ gửi 0", "412", "58"}, []string{"Dữ liệu cũ"}},
		"stale": {with(func(s *control.Status) { s.Snapshot.Created = s.Clock.Time.Add(-31 * time.Hour) }),
			[]string{"Dữ liệu cũ 31 giờ", "Sau 48 giờ máy không tự cho qua"}, nil},
		"too-old": {with(func(s *control.Status) { s.Snapshot.Created = s.Clock.Time.Add(-49 * time.Hour) }),
			[]string{"Máy không tự cho qua. Xem giấy tờ bằng mắt."}, []string{"Sau 48"}},
		"offline": {with(func(s *control.Status) {
			s.Link.Connected, s.Link.Since, s.Journal.Waiting = false, time.Date(2022, 1, 13, 0, 12, 0, 0, time.UTC), 132
		}), []string{"Mất mạng từ 13/01 07:12", "vẫn kiểm tra bình thường. 132 lượt chờ gửi."}, []string{"Chờ gửi 132"}},
		"updating": {with(func(s *control.Status) { s.Update = &control.Update{Done: 42, All: 100} }),
			[]string{"Đang cập nhật dữ liệu 42 %", "vẫn quét được"}, nil},
		"quiet": {with(func(s *control.Status) { s.Quiet = true }), []string{"Còi tắt", "Có mạng", "bản 319"}, nil},
		"quiet-offline": {with(func(s *control.Status) {
			s.Quiet, s.Link.Connected, s.Link.Since, s.Journal.Waiting = true, false, time.Date(2022, 1, 13, 0, 12, 0, 0, time.UTC), 132000
		}), []string{"Còi tắt", "Mất mạng từ 13/01 07:12"}, nil},
		"no-clock": {with(func(s *control.Status) { s.Clock.Trusted, s.Link.Connected = false, false }),
			[]string{"Giờ máy chưa đúng"}, []string{"Mất mạng"}},
		"no-data": {with(func(s *control.Status) { s.Snapshot = control.Snapshot{} }),
			[]string{"Chưa có dữ liệu", "Kiểm tra bằng mắt và ghi sổ"}, []string{"Dữ liệu cũ"}},
	}
}

func TestThePageSaysHowTheBoxFares(t *testing.T) {
	for name, c := range boxes() {
		s := page.New(page.Config{Site: "Sở Nội vụ", Names: []string{"1"}, Status: func() control.Status { return c.status }})
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
		s.Handler().ServeHTTP(w, r)
		text, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.says {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: the page does not say %q", name, want)
			}
		}
		for _, no := range c.not {
			if strings.Contains(string(text), no) {
				t.Errorf("%s: the page says %q", name, no)
			}
		}
	}
}

// Whoever is kept waiting or turned back can complain: each open decision names
// its reference and the province's hotline, and nothing else does.
func TestEveryOpenDecisionNamesReferenceAndHotline(t *testing.T) {
	s := page.New(page.Config{Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	for name, v := range screens() {
		s.Show(v)
		html := get(t, web.URL+"/")
		waits := v.State == checkpoint.StateWaiting
		if names := strings.Contains(html, v.Position.Reference()) && strings.Contains(html, "0220 000 1022"); names != waits {
			t.Errorf("%s: named %t, want %t", name, names, waits)
		}
	}
}

// What the page says of the box, the public's page of two lanes, and a lane
// without readers fit both screens in both languages.
func TestWhatIsSaidOfTheBoxFits(t *testing.T) {
	var status atomic.Pointer[control.Status]
	fares := func(now control.Status) { status.Store(&now) }
	fares(boxStatus())
	s := page.New(page.Config{Site: "Sở Nội vụ", Names: []string{"1"}, Status: func() control.Status { return *status.Load() }, Desk: &counter{}})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	two := page.New(page.Config{Site: "Chốt QL5", Names: []string{"1", "2"}, Status: boxStatus})
	public := httptest.NewServer(two.Handler())
	t.Cleanup(public.Close)
	blind := screens()["unplugged"]
	blind.Readers = []checkpoint.ReaderState{{Name: "scanner"}, {Name: "camera"}}
	ctx := browser(t)
	for i, name := range []string{"amber-a03", "green"} {
		v := screens()[name]
		v.Lane.Lane = []string{"1", "2"}[i]
		two.Show(v)
	}
	for _, at := range []struct {
		w, h int64
		lang string
	}{{800, 480, "vi"}, {800, 480, "en"}, {1280, 800, "vi"}, {1280, 800, "en"}} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(at.w, at.h)); err != nil {
			t.Fatal(err)
		}
		shows := func(name, address string) {
			fits(ctx, t, fmt.Sprintf("%s-%s-%dx%d", name, at.lang, at.w, at.h), address+"?lang="+at.lang)
		}
		s.Show(screens()["idle"])
		for name, c := range boxes() {
			fares(c.status)
			shows(name, web.URL+"/")
		}
		fares(boxStatus())
		s.Show(blind)
		shows("unplugged", web.URL+"/")
		shows("public-two-lanes", public.URL+"/public")
	}
}

// fits opens a page and tells what does not fit.
func fits(ctx context.Context, t *testing.T, name, at string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(at)); err != nil {
		t.Fatal(err)
	}
	_, errFonts := chromedp.Run(ctx, chromedp.Evaluate[string](`document.fonts.ready.then(() => "")`, chromedp.EvalAwaitPromise))
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[string](overflows))
	if errFonts != nil || err != nil {
		t.Fatal(errFonts, err)
	}
	if wrong != "" {
		t.Errorf("%s: %s", name, wrong)
	}
	keep(ctx, t, name)
}
