package office

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint/sync/postgrestest"
)

const here, elsewhere = "192.0.2.7", "198.51.100.9"

func TestWhoKnowsThePasswordIsLetIn(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "xa-1", Lists)
	s, err := b.LogIn(t.Context(), " XA-1 ", good, here)
	must(t, err)
	again := must1(b.Session(t.Context(), s.Token))
	if again.Account.Name != "xa-1" || !again.Account.May(Lists) || again.Account.May(Trace) || again.CSRF != s.CSRF || s.CSRF == "" || strings.Contains(s.Token, s.CSRF) {
		t.Errorf("%+v", again)
	}
	if text := postgrestest.Value[string](t, shared.Cluster(t), b.name, "select string_agg(s::text, ' ') || string_agg(a::text, ' ') from office.session s, office.account a"); strings.Contains(text, s.Token) || strings.Contains(text, good) {
		t.Error("the database holds a token or a password")
	}
	other := must1(b.LogIn(t.Context(), "xa-1", good, elsewhere))
	if other.Token == s.Token || other.CSRF == s.CSRF {
		t.Error("two sessions share a token")
	}
	must(t, b.LogOut(t.Context(), s.Token))
	if _, err := b.Session(t.Context(), s.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("after logging out: %v", err)
	}
	if _, err := b.Session(t.Context(), other.Token); err != nil {
		t.Errorf("the other session went with it: %v", err)
	}
}

// Nobody is told whether a name exists.
func TestWhoIsNotLetInIsNotToldWhy(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "xa-1", Lists)
	b.account(t, "disabled", Lists)
	must(t, b.Disable(t.Context(), root, "disabled", true))
	must(t, b.AddAccount(t.Context(), root, Account{Name: "no-password", Roles: []Role{Lists}, Scopes: []string{"all"}, Language: "vi"}, ""))
	for i, c := range [][2]string{{"xa-1", good + "x"}, {"xa-1", ""}, {"nobody", good}, {"disabled", good}, {"no-password", ""}, {"no-password", good}, {"tên lạ", good}, {"", ""}, {"xa-1", strings.Repeat("x", 5000)}} {
		if _, err := b.LogIn(t.Context(), c[0], c[1], fmt.Sprintf("192.0.2.%d", i)); err != ErrLogIn {
			t.Errorf("%q, %.20q: %v", c[0], c[1], err)
		}
	}
	if n := postgrestest.Value[int](t, shared.Cluster(t), b.name, "select count(*) from office.session"); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

func TestSessionsEnd(t *testing.T) {
	b := newBureau(t, Options{Idle: 30 * time.Minute, Longest: 2 * time.Hour})
	b.account(t, "a", Lists)
	alive := func(s Session) bool {
		_, err := b.Session(t.Context(), s.Token)
		if err != nil && !errors.Is(err, ErrNoSession) {
			t.Fatal(err)
		}
		return err == nil
	}
	logIn := func() Session { return must1(b.LogIn(t.Context(), "a", good, here)) }
	s := logIn()
	for range 5 {
		b.clock.pass(20 * time.Minute)
		if !alive(s) {
			t.Fatal("ended while it was used")
		}
	}
	b.clock.pass(21 * time.Minute)
	if alive(s) {
		t.Error("goes on for good")
	}
	s = logIn()
	b.clock.pass(31 * time.Minute)
	if alive(s) {
		t.Error("goes on although nobody used it")
	}
	s = logIn()
	must(t, b.SetPassword(t.Context(), root, "a", good+"2"))
	if alive(s) {
		t.Error("goes on under the old password")
	}
	s = must1(b.LogIn(t.Context(), "a", good+"2", here))
	must(t, b.Disable(t.Context(), root, "a", true))
	if alive(s) {
		t.Error("goes on although the account is disabled")
	}
	must(t, b.Disable(t.Context(), root, "a", false))
	must1(b.LogIn(t.Context(), "a", good+"2", here))
	if n := postgrestest.Value[int](t, shared.Cluster(t), b.name, "select count(*) from office.session"); n != 1 {
		t.Errorf("%d sessions are kept, of which one goes on", n)
	}
}

func TestWhatAnAccountMayFollowsItsLastChange(t *testing.T) {
	b := newBureau(t, Options{})
	a := b.account(t, "a", Lists)
	s := must1(b.LogIn(t.Context(), "a", good, here))
	a.Roles, a.Scopes = []Role{Reports}, []string{"commune:10507"}
	must(t, b.ChangeAccount(t.Context(), root, a))
	s = must1(b.Session(t.Context(), s.Token))
	if s.Account.May(Lists) || s.Account.Scope.All || len(s.Account.Scope.Communes) != 1 {
		t.Errorf("%+v", s.Account)
	}
}

// An account is never locked for good: the wait grows to its longest, and then
// the right password is let in.
func TestGuessingIsHeldUpNeverForGood(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "a", Lists)
	held, longest := 0, time.Duration(0)
	for range 40 {
		_, err := b.LogIn(t.Context(), "a", "sai mật khẩu rồi", elsewhere)
		var h *Held
		if errors.As(err, &h) {
			held++
			longest = max(longest, h.Wait)
			b.clock.pass(h.Wait)
		} else if !errors.Is(err, ErrLogIn) {
			t.Fatal(err)
		}
	}
	if held < 10 || longest > longWait || longest < time.Minute {
		t.Errorf("held up %d times, at most %v", held, longest)
	}
	_, err := b.LogIn(t.Context(), "a", good, elsewhere)
	var h *Held
	if errors.As(err, &h) {
		b.clock.pass(h.Wait)
		_, err = b.LogIn(t.Context(), "a", good, elsewhere)
	}
	must(t, err)
}

// Who guesses at an account keeps its owner out nowhere that the owner was before.
func TestTheOwnerIsNotHeldUpByWhoGuesses(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "a", Lists)
	must1(b.LogIn(t.Context(), "a", good, here))
	for range 20 {
		_, _ = b.LogIn(t.Context(), "a", "sai mật khẩu rồi", elsewhere)
	}
	var h *Held
	if _, err := b.LogIn(t.Context(), "a", good, "203.0.113.1"); !errors.As(err, &h) {
		t.Errorf("guessing goes on from elsewhere: %v", err)
	}
	if _, err := b.LogIn(t.Context(), "a", good, here); err != nil {
		t.Errorf("the owner is held up: %v", err)
	}
}

// One network guesses at many accounts.
func TestAnAddressIsHeldUpWhateverTheName(t *testing.T) {
	b := newBureau(t, Options{})
	b.account(t, "mine", Lists)
	var h *Held
	for i := range 30 {
		_, err := b.LogIn(t.Context(), fmt.Sprintf("a%d", i), good, fmt.Sprintf("2001:db8::%x", i+1))
		if errors.As(err, &h) {
			break
		}
		_, _ = b.LogIn(t.Context(), "mine", good, fmt.Sprintf("2001:db8:0:1::%x", i+1)) // a right one of another network
	}
	if h == nil {
		t.Error("thirty names were tried from one network")
	}
}

// Five hundred come at once, from one address and from as many. While not one of
// them is through, people who are logged in go on, and who was there before logs in.
func TestFiveHundredBadLogInsSlowNobodyElse(t *testing.T) {
	for name, from := range map[string]func(i int) (account, address string){
		"one account, one address":    func(int) (string, string) { return "a", elsewhere },
		"an account each, an address": func(i int) (string, string) { return fmt.Sprintf("a%d", i), elsewhere },
		"an account each, as many":    func(i int) (string, string) { return fmt.Sprintf("a%d", i), fmt.Sprintf("10.0.%d.%d", i/250, i%250) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t, Options{})
			b.account(t, "a", Lists)
			s := must1(b.LogIn(t.Context(), "a", good, here))
			b.gate.strangers.hashing <- struct{}{} // the processor is taken: whoever gets there waits
			const all = 500
			var refused atomic.Int64
			var attack, done sync.WaitGroup
			for i := range all {
				attack.Add(1)
				done.Go(func() {
					defer attack.Done()
					account, address := from(i)
					var h *Held
					if _, err := b.LogIn(t.Context(), account, "sai mật khẩu rồi", address); errors.As(err, &h) {
						refused.Add(1)
					}
				})
			}
			for refused.Load() < all-mostStrangers-1 { // the others are told to come again; no time is measured
				time.Sleep(time.Millisecond)
			}
			must1(b.Session(t.Context(), s.Token))
			must1(b.LogIn(t.Context(), "a", good, here))
			if waiting := all - refused.Load(); waiting > mostStrangers {
				t.Errorf("%d wait for a hash, at most %d may", waiting, mostStrangers)
			}
			<-b.gate.strangers.hashing
			attack.Wait()
			done.Wait()
		})
	}
}
