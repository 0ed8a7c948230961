package pages_test

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint/sync/collector/office"
)

// The pages about single people and accounts, with something on them, in both
// languages: what is asked and approved, what a person asked for, what is wrong
// with the log. The keyboard gets everywhere on those that the other test leaves out.
func TestPagesAboutPeopleFitTheirScreen(t *testing.T) {
	p := newProvince(t, &small, office.Contacts, office.Correct)
	p.account("phong-y-te", []string{"all"}, office.AllRoles()...)
	p.account("truy-vet", []string{"all"}, office.Trace)
	tracer := p.enters("truy-vet")
	tracer.sees(tracer.asks("/contacts", p.Case(0).Number, nil), nil)
	p.account("phap-che", []string{"all"}, office.Rights)
	law := p.enters("phap-che")
	person := p.Person(7)
	law.postsCorrection(url.Values{"number": {person.Number}, "name": {"Nguyễn Thị Ánh Tuyết"}, "birth": {"1990-01-31"}, "commune": {p.Commune(3)}})
	clerk := p.enters("phong-y-te")
	for _, kind := range []string{"access", "delete"} {
		clerk.does("/rights/ask", url.Values{"kind": {kind}, "note": {"thư số 12, tủ 3, ngăn 4, phòng tiếp dân của huyện cũ"}})
	}
	shared.Cluster(t).Exec(t, p.name, "delete from office.look where n = 2; update office.request set reply_by = now() - interval '1 day' where id = 2")
	s := &screen{t, p, browser(t)}
	s.do(chromedp.EmulateViewport(1280, 800))
	s.open("/login")
	s.logIn("phong-y-te")
	for _, language := range []string{"vi", "en"} {
		s.open("/")
		s.speak(language)
		for name, path := range map[string]string{
			"requests-open": "/requests", "requests-see": "/requests?see=2", "rights-open": "/rights", "rights-done": "/rights?was=delete", "looks-fault": "/looks?check=1", "account": "/accounts?name=truy-vet",
		} {
			s.open(path)
			s.look(name, language)
		}
	}
	for _, path := range []string{"/rights", "/looks", "/accounts?name=truy-vet", "/requests", "/requests?see=2"} {
		s.open(path)
		if missed := s.reach(); len(missed) > 0 {
			t.Errorf("%s: not reached, or not seen to be: %q", path, missed)
		}
	}
	s.open("/accounts?name=truy-vet")
	s.tabTo(`document.activeElement.textContent.startsWith("Set a new password")`)
	s.do(chromedp.KeyEvent("\r"))
	s.until(`document.querySelector(".trouble code") !== null`)
	s.look("account-password", "en")
}
