package access

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint/console/pin"
)

// file keeps devices as a box does, without the syncs.
type file string

func (f file) Load() ([]byte, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return b, err
}
func (f file) Save(b []byte) error { return os.WriteFile(string(f), b, 0o600) }

func inFile(t *testing.T) file { return file(filepath.Join(t.TempDir(), "devices.json")) }

func start(t *testing.T, in Store) *Access {
	t.Helper()
	a, err := New(in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// pair lets a device in as somebody at the box would.
func pair(t *testing.T, a *Access, name string) (device, session string) {
	t.Helper()
	device, session, err := a.Ask(a.Begin().Code, name)
	if err == nil {
		err = a.Confirm(a.Offered().Asks.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return device, session
}

func (f file) text(t *testing.T) string {
	t.Helper()
	b, err := f.Load()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAPairedDeviceIsKnownAfterTheNextStart(t *testing.T) {
	in := inFile(t)
	a := start(t, in)
	device, session := pair(t, a, "Máy bảng cổng 2")
	a = start(t, in)
	who, err := a.Enter(device, session)
	if err != nil || who.Role != pin.Guard || !who.May(pin.Answer) || who.May(pin.Override) {
		t.Errorf("%+v, %v", who, err)
	}
	if all := a.Devices(); len(all) != 1 || all[0].Name != "Máy bảng cổng 2" || all[0].Role != pin.Guard {
		t.Errorf("listed: %+v", all)
	}
	for _, secret := range []string{device, session, strings.Split(device, ".")[1]} {
		if strings.Contains(in.text(t), secret) {
			t.Error("the file holds a secret")
		}
	}
	for name, tc := range map[string][2]string{
		"nothing": {"", ""}, "the session alone": {"", session}, "another device's secret": {device + "x", session},
		"its id alone": {device[:7], session},
	} {
		if _, err := a.Enter(tc[0], tc[1]); !errors.Is(err, ErrStranger) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := a.Enter(device, "x"); !errors.Is(err, ErrSignedOff) {
		t.Errorf("a device without its session: %v", err)
	}
}

func TestTheCodeIsGoodOnceAndTheNameIsConfirmed(t *testing.T) {
	a := start(t, inFile(t))
	code := a.Begin().Code
	device, session, err := a.Ask(strings.ToLower(code[:4]+"-"+code[4:]), "Máy A")
	asks, waits := a.Waits(device)
	if err != nil || !waits || asks.Name != "Máy A" || asks != *a.Offered().Asks {
		t.Fatalf("%+v waits: %t, %v", asks, waits, err)
	}
	if _, err := a.Enter(device, session); !errors.Is(err, ErrStranger) {
		t.Errorf("before it was confirmed: %v", err)
	}
	if _, _, err := a.Ask(code, "Máy B"); !errors.Is(err, ErrCode) {
		t.Errorf("the code again: %v", err)
	}
	if err := a.Confirm("other", true); !errors.Is(err, ErrUnknown) {
		t.Errorf("another was confirmed: %v", err)
	}
	if err := a.Confirm(a.Offered().Asks.ID, false); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Enter(device, session); !errors.Is(err, ErrStranger) {
		t.Errorf("after it was turned away: %v", err)
	}
	if _, waits := a.Waits(device); waits {
		t.Error("it waits on after it was turned away")
	}
	for _, name := range []string{"", " ", strings.Repeat("x", 31), "a\nb", "a\u202eb", "\xff"} {
		if _, _, err := a.Ask(a.Begin().Code, name); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	first, _ := pair(t, a, "Máy C")
	pair(t, a, "Máy C")
	if _, err := a.Enter(first, ""); !errors.Is(err, ErrStranger) || len(a.Devices()) != 1 {
		t.Errorf("the one of that name before: %v, %+v", err, a.Devices())
	}
}

func TestCodesThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, inFile(t))
		code := a.Begin().Code
		time.Sleep(offerFor)
		if _, _, err := a.Ask(code, "Máy A"); !errors.Is(err, ErrCode) || a.Offered() != nil {
			t.Errorf("after 120 s: %v", err)
		}
		code = a.Begin().Code
		newer := a.Begin().Code
		if _, _, err := a.Ask(code, "Máy A"); !errors.Is(err, ErrCode) {
			t.Errorf("an older code: %v", err)
		}
		for range mostGuesses {
			_, _, _ = a.Ask("22222222", "Máy A")
		}
		if _, _, err := a.Ask(newer, "Máy A"); !errors.Is(err, ErrCode) || !a.Offered().Guessed {
			t.Errorf("after guesses: %v", err)
		}
		_, _, err := a.Ask(a.Begin().Code, "Máy A")
		asks := a.Offered().Asks
		time.Sleep(offerFor)
		if errConfirm := a.Confirm(asks.ID, true); err != nil || !errors.Is(errConfirm, ErrUnknown) {
			t.Errorf("a device that nobody confirmed: %v, %v", err, errConfirm)
		}
	})
}

func TestAHandOverEndsSessionsAndLeavesDevices(t *testing.T) {
	in := inFile(t)
	a := start(t, in)
	device, stolen := pair(t, a, "Máy A")
	open, leave := a.Watch(t.Context(), device, stolen)
	defer leave()
	if open.Err() != nil {
		t.Fatal("the stream of a good session ended")
	}
	if err := a.EndShift(); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(context.Cause(open), ErrSignedOff) {
		t.Errorf("a stream outlives the shift: %v", context.Cause(open))
	}
	for range 2 {
		if _, err := a.Enter(device, stolen); !errors.Is(err, ErrSignedOff) {
			t.Errorf("a cookie of the shift before: %v", err)
		}
		a = start(t, in)
	}
	fresh, err := a.SignIn(device, pin.Technician)
	if err != nil {
		t.Fatal(err)
	}
	if who, err := a.Enter(device, fresh); err != nil || who.May(pin.Answer) || !who.May(pin.Maintain) {
		t.Errorf("%+v, %v", who, err)
	}
	if _, err := a.Enter(device, stolen); !errors.Is(err, ErrSignedOff) {
		t.Errorf("the old cookie beside the new one: %v", err)
	}
}

func TestARevokedDeviceIsGoneAtOnce(t *testing.T) {
	in := inFile(t)
	a := start(t, in)
	var dropped []string
	a.WhenDropped(func(d string) { dropped = append(dropped, d) })
	device, session := pair(t, a, "Máy A")
	other, otherSession := pair(t, a, "Máy B")
	open, leave := a.Watch(t.Context(), device, session)
	defer leave()
	still, leaveStill := a.Watch(t.Context(), other, otherSession)
	defer leaveStill()
	id := a.Devices()[0].ID
	if err := a.Revoke(id); err != nil {
		t.Fatal(err)
	}
	if open.Err() == nil || still.Err() != nil {
		t.Errorf("streams: %v, the other's %v", open.Err(), still.Err())
	}
	if _, err := start(t, in).Enter(device, session); !errors.Is(err, ErrStranger) {
		t.Errorf("after the next start: %v", err)
	}
	if err := a.Revoke(id); !errors.Is(err, ErrUnknown) || len(dropped) != 1 || dropped[0] != id {
		t.Errorf("again: %v; dropped %v", err, dropped)
	}
	if _, err := a.SignIn(device, pin.Guard); !errors.Is(err, ErrStranger) {
		t.Errorf("sign in on it: %v", err)
	}
}

// full is a disk that takes nothing.
type full struct{ file }

func (full) Save([]byte) error { return errors.New("no space left") }

func TestAFullDiskLetsNobodyInAndKeepsNobodyThere(t *testing.T) {
	in := inFile(t)
	device, session := pair(t, start(t, in), "Máy A")
	a := start(t, full{in})
	if _, _, err := a.Ask(a.Begin().Code, "Máy B"); err != nil {
		t.Fatal(err)
	}
	if err := a.Confirm(a.Offered().Asks.ID, true); err == nil || len(a.Devices()) != 1 {
		t.Errorf("a device that is not on disk is paired: %v, %+v", err, a.Devices())
	}
	if err := a.EndShift(); err == nil {
		t.Error("nobody is told that the disk is full")
	}
	if _, err := a.Enter(device, session); !errors.Is(err, ErrSignedOff) {
		t.Errorf("the session outlives the shift: %v", err)
	}
}

func TestADamagedFileLetsNobodyIn(t *testing.T) {
	in := inFile(t)
	device, session := pair(t, start(t, in), "Máy A")
	if err := in.Save([]byte("{")); err != nil {
		t.Fatal(err)
	}
	a, err := New(in)
	if err == nil {
		t.Error("damage is not told")
	}
	if _, err := a.Enter(device, session); !errors.Is(err, ErrStranger) {
		t.Errorf("%v", err)
	}
	pair(t, a, "Máy A") // and it can be paired again
}

func TestASessionEndsWithoutAHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := start(t, inFile(t))
		device, session := pair(t, a, "Máy A")
		open, leave := a.Watch(t.Context(), device, session)
		defer leave()
		time.Sleep(longShift - time.Minute)
		if _, err := a.Enter(device, session); err != nil {
			t.Errorf("within a long shift: %v", err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, err := a.Enter(device, session); !errors.Is(err, ErrSignedOff) || open.Err() == nil {
			t.Errorf("after it: %v, stream %v", err, open.Err())
		}
	})
}
