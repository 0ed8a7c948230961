package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/page"
)

func TestAPaperFormReachesTheLaneInTwoSteps(t *testing.T) {
	waiting := []checkpoint.PendingForm{{At: checkpoint.Position{Epoch: 1 << 62, Seq: 419}, Time: time.Date(2021, 10, 13, 1, 5, 0, 0, time.UTC), Lane: "1"}}
	s := page.New(page.Config{Site: "Sở Nội vụ", Names: []string{"1"}, Status: boxStatus, Forms: func() []checkpoint.PendingForm { return waiting }})
	l := &lane{turn: 3}
	s.Connect(map[string]page.Lane{"1": l})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)

	for name, c := range map[string]struct {
		turn, who string
		code      int
	}{
		"for whoever stands there": {"3", "Trần Văn Bình", http.StatusNoContent}, "late": {"2", "Trần Văn Bình", http.StatusConflict}, "no turn": {"", "An", http.StatusBadRequest},
	} {
		if code := post(t, web.URL+"/lanes/1/form", url.Values{"turn": {c.turn}, "who": {c.who}, "phone": {"0900 000 113"}, "from": {"Cẩm Giàng"}, "purpose": {"x"}}, nil); code != c.code {
			t.Errorf("%s: code %d, want %d", name, code, c.code)
		}
	}
	if len(l.forms) != 1 || l.forms[0].Name != "Trần Văn Bình" || l.forms[0].Details() != "phone: 0900 000 113\nfrom: Cẩm Giàng" {
		t.Fatalf("the lane got %+v", l.forms)
	}

	if html := get(t, web.URL+"/forms"); !strings.Contains(html, `data-form="4611686018427387904/419"`) || !strings.Contains(html, "000-419") || !strings.Contains(html, "13/10 08:05 · Làn 1") {
		t.Errorf("the list is %s", html)
	}
	rest := url.Values{"number": {"0123 456 789 012 3"}, "name": {"Trần Văn Bình"}, "phone": {"0900 000 113"}, "symptoms": {"không"}}
	if code := post(t, web.URL+"/lanes/1/forms/4611686018427387904/419", rest, nil); code != http.StatusNoContent || len(l.completed) != 1 || l.completed[0] != waiting[0].At {
		t.Fatalf("code %d, completed %+v", code, l.completed)
	}
	if f := l.forms[1]; f.Number != "0123 456 789 012 3" || f.Name != "Trần Văn Bình" || f.Details() != "phone: 0900 000 113\nsymptoms: không" {
		t.Errorf("the lane got %+v", f)
	}
	// What waits no longer is not written twice.
	waiting = nil
	if code := post(t, web.URL+"/lanes/1/forms/4611686018427387904/419", rest, nil); code != http.StatusConflict || len(l.completed) != 1 {
		t.Errorf("code %d, completed %+v", code, l.completed)
	}
	if html := get(t, web.URL+"/forms?lang=en"); !strings.Contains(html, "No form waits") {
		t.Errorf("the list is %s", html)
	}
	amber := screens()["second"]
	for reason, opens := range map[checkpoint.Reason]string{"A04": "form", "A14": "form", "A15": "form", "A09": "pad"} {
		d := *amber.Decision
		d.Reason = reason
		amber.Decision = &d
		s.Show(amber)
		if html := get(t, web.URL+"/"); !strings.Contains(html, `data-opens="`+opens+`" data-key="3"`) {
			t.Errorf("%s does not offer the %s", reason, opens)
		}
	}
	l.err = checkpoint.ErrFormEmpty
	if code := post(t, web.URL+"/lanes/1/form", url.Values{"turn": {"3"}}, nil); code != http.StatusBadRequest {
		t.Errorf("an empty form: code %d", code)
	}
}
