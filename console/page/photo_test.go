package page_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"checkpoint/console/page"
)

// lens is a lane's camera with a store behind it.
type lens struct {
	there bool
	taken string
	used  []string
	err   error
}

func (l *lens) Can(lane string) bool { return l.there && lane == "1" }
func (l *lens) Take(context.Context, string) (string, error) {
	l.taken = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	return l.taken, l.err
}
func (l *lens) Use(_, name string) error {
	if name != l.taken {
		return errors.New("no such photo")
	}
	l.used = append(l.used, name)
	return nil
}
func (l *lens) Drop(_, name string) error {
	if name == l.taken {
		l.taken = ""
	}
	return nil
}

func TestAPhotoGoesWithTheFormAndNeverToThePage(t *testing.T) {
	c := &lens{there: true}
	s := page.New(page.Config{Site: "Sở Nội vụ", Names: []string{"1", "2"}, Status: boxStatus, Photos: c})
	l := &lane{turn: 3}
	s.Connect(map[string]page.Lane{"1": l, "2": &lane{turn: 3}})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	if html := get(t, web.URL+"/"); strings.Count(html, " data-photo ") != 1 || strings.Index(html, " data-photo ") > strings.Index(html, `id="lane-2"`) {
		t.Error("the button is not there for the lane with a camera alone")
	}
	form := func(photo string) url.Values {
		return url.Values{"turn": {"3"}, "who": {"Trần Văn Bình"}, "photo": {photo}}
	}
	take := func(lane, lang string) (int, string, string) {
		t.Helper()
		resp, err := http.PostForm(web.URL+"/lanes/"+lane+"/form/photo?lang="+lang, url.Values{})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b := make([]byte, 500)
		n, _ := resp.Body.Read(b)
		return resp.StatusCode, resp.Header.Get("Content-Type"), strings.TrimSpace(string(b[:n]))
	}
	if code, kind, name := take("1", "vi"); code != http.StatusOK || name != c.taken || !strings.HasPrefix(kind, "text/plain") {
		t.Fatalf("code %d, %s %q", code, kind, name)
	}
	if code := post(t, web.URL+"/lanes/1/form", form(c.taken), nil); code != http.StatusNoContent || len(l.forms) != 1 || l.forms[0].Photo != c.taken ||
		l.forms[0].Details() != "photo: "+c.taken || len(c.used) != 1 {
		t.Fatalf("code %d, the lane got %+v, used %v", code, l.forms, c.used)
	}
	// A photo that is gone is said; the form is not written without it.
	if code := post(t, web.URL+"/lanes/1/form", form("00000000000000000000000000000000"), nil); code != http.StatusConflict || len(l.forms) != 1 {
		t.Errorf("code %d, %d forms", code, len(l.forms))
	}
	if code := post(t, web.URL+"/lanes/1/form/photo", url.Values{"drop": {c.taken}}, nil); code != http.StatusNoContent || c.taken != "" {
		t.Errorf("dropped: code %d, %q", code, c.taken)
	}
	if code, _, _ := take("2", "vi"); code != http.StatusNotFound {
		t.Errorf("a lane without a camera: code %d", code)
	}
	c.err = page.ErrPhotoFull
	if code, _, said := take("1", "en"); code != http.StatusInsufficientStorage || said != "No room for photos. Go on without one." {
		t.Errorf("full: code %d, %q", code, said)
	}
	c.err = errors.New("the camera gives no picture")
	if code, _, said := take("1", "en"); code != http.StatusServiceUnavailable || said != "The camera gives no picture." {
		t.Errorf("no picture: code %d, %q", code, said)
	}
	// A lane that began to train, or lost its camera, sends no photo up.
	c.there = false
	if code := post(t, web.URL+"/lanes/1/form", form("0f1e2d3c4b5a69788796a5b4c3d2e1f0"), nil); code != http.StatusConflict || len(l.forms) != 1 {
		t.Errorf("without a camera: code %d, %d forms", code, len(l.forms))
	}
}
