package page_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"checkpoint"
)

func TestWhatIsTypedReachesTheLaneThatItWasTypedFor(t *testing.T) {
	_, l, at := open(t)
	send := func(turn, number, birth, kind string) int {
		return post(t, at+"/lanes/1/type", url.Values{"turn": {turn}, "number": {number}, "birth": {birth}, "kind": {kind}}, nil)
	}
	for name, c := range map[string]struct {
		turn, number, birth, kind string
		code                      int
	}{
		"a CCCD":               {"3", "036192004512", "15081992", "", http.StatusNoContent},
		"no turn":              {"", "036192004512", "15081992", "", http.StatusBadRequest},
		"another's turn":       {"2", "036192004512", "15081992", "", http.StatusConflict},
		"eleven digits":        {"3", "03619200451", "15081992", "", http.StatusBadRequest},
		"no such day":          {"3", "036192004512", "31021992", "", http.StatusBadRequest},
		"a day without month":  {"3", "036192004512", "15001992", "", http.StatusBadRequest},
		"a passport as a CCCD": {"3", "C1234567", "15081992", "", http.StatusBadRequest},
	} {
		if code := send(c.turn, c.number, c.birth, c.kind); code != c.code {
			t.Errorf("%s: code %d, want %d", name, code, c.code)
		}
	}
	l.typed = nil
	send("3", "036 1 92 004512", "15/08/1992", "")
	send("3", "012345678", "00001950", "")
	send("3", "c1234567", "00051950", "passport")
	want := []checkpoint.Typed{
		{Kind: checkpoint.KindCCCD, Number: "036192004512", Birth: checkpoint.Date{Year: 1992, Month: 8, Day: 15}},
		{Kind: checkpoint.KindCMND, Number: "012345678", Birth: checkpoint.Date{Year: 1950}},
		{Kind: checkpoint.KindPassport, Number: "C1234567", Birth: checkpoint.Date{Year: 1950, Month: 5}},
	}
	if len(l.typed) != len(want) {
		t.Fatalf("the lane got %+v", l.typed)
	}
	for i, w := range want {
		if l.typed[i] != w {
			t.Errorf("the lane got %+v, want %+v", l.typed[i], w)
		}
	}
}

func TestAGuardIsToldWhyANumberIsNotTaken(t *testing.T) {
	_, l, at := open(t)
	for _, c := range []struct {
		err  error
		code int
		says string
	}{
		{checkpoint.ErrTypedOften, http.StatusTooManyRequests, "Đã nhập 12 số trong một phút"},
		{checkpoint.ErrDecideFirst, http.StatusConflict, "Hãy quyết định cho người trước"},
		{checkpoint.ErrGateIsOpen, http.StatusConflict, "Mở khẩn cấp"},
	} {
		l.err = c.err
		answer, err := http.PostForm(at+"/lanes/1/type", url.Values{"turn": {"3"}, "number": {"036192004512"}, "birth": {"15081992"}})
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, 300)
		n, _ := answer.Body.Read(body) // as much as there is
		answer.Body.Close()
		if answer.StatusCode != c.code || !strings.Contains(string(body[:n]), c.says) {
			t.Errorf("%v: %s %s", c.err, answer.Status, body[:n])
		}
	}
}

// The pad is offered when nobody stands there, and once another paper was asked
// for; the number's digits never stand in an address.
func TestWhereThePadIsOffered(t *testing.T) {
	s, _, at := open(t)
	for name, want := range map[string]bool{"idle": true, "undo": true, "unplugged": true, "not-read": true, "second": true, "amber-a03": false, "red-r02": false, "green": false, "emergency": false} {
		s.Show(screens()[name])
		if got := strings.Contains(get(t, at+"/"), `data-opens="pad"`); got != want {
			t.Errorf("%s: offered %t, want %t", name, got, want)
		}
	}
	if answer, err := http.Get(at + "/lanes/1/type?number=036192004512"); err != nil || answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("%v, %v", answer.Status, err)
	}
}
