package access

import (
	"crypto/subtle"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"checkpoint/console/pin"
)

const (
	// offerFor is how long a code is good, and then how long a device that had
	// it waits to be confirmed.
	offerFor = 120 * time.Second
	// mostGuesses are the wrong codes that end an offer: of a million million
	// codes they hit none.
	mostGuesses = 10
	longName    = 30 // letters
)

// offer is a code on the local screen, then the device that came with it.
type offer struct {
	code    string // empty: used
	until   time.Time
	guesses int
	asks    *kept // to be confirmed, with its session
}

// Offer is what the local screen shows of a pairing.
type Offer struct {
	Code    string    `json:"code,omitempty"` // empty: it was used
	Until   time.Time `json:"until"`
	Guessed bool      `json:"guessed,omitempty"` // too many wrong codes came: it is over
	Asks    *Device   `json:"asks,omitempty"`    // the device that had the code, if it was used
}

// Begin offers a new code, in the place of the one before.
func (a *Access) Begin() Offer {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.offer = &offer{code: newCode(), until: a.now().Add(offerFor)}
	return a.offer.shown()
}

// Offered is the pairing under way, nil for none.
func (a *Access) Offered() *Offer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if o := a.current(); o != nil {
		shown := o.shown()
		return &shown
	}
	return nil
}

func (o *offer) shown() Offer {
	s := Offer{Code: o.code, Until: o.until, Guessed: o.guesses >= mostGuesses}
	if o.asks != nil {
		s.Asks = &Device{ID: o.asks.ID, Name: o.asks.Name, Since: o.asks.Since}
	}
	return s
}

func (a *Access) current() *offer {
	if a.offer != nil && !a.now().Before(a.offer.until) {
		a.offer = nil
	}
	return a.offer
}

// The errors of a device that asks.
var (
	ErrCode = errors.New("the code is not the one on the box's screen, or it is over")
	ErrName = errors.New("a device wants a name of 1 to 30 letters")
)

// Ask uses up the code for a device that calls itself name. What it gets back
// is worth something once somebody at the box has seen that the device shows the
// id under which the box has it: a neighbour who reads the code off the screen can
// be faster, and call itself the same.
func (a *Access) Ask(code, name string) (device, session string, err error) {
	name = strings.TrimSpace(name)
	if !nameable(name) {
		return "", "", ErrName
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.current()
	if o == nil || o.code == "" {
		return "", "", ErrCode
	}
	if subtle.ConstantTimeCompare([]byte(plainCode(code)), []byte(o.code)) != 1 {
		if o.guesses++; o.guesses >= mostGuesses {
			o.code = ""
		}
		return "", "", ErrCode
	}
	id := newID()
	device = id + mark + newSecret()
	session, begun := a.begin(pin.Guard)
	o.code, o.until = "", a.now().Add(offerFor)
	o.asks = &kept{ID: id, Name: name, Since: begun.Began, Secret: digestOf(device), Session: begun}
	return device, session, nil
}

// nameable tells whether a name can be shown as it is.
func nameable(name string) bool {
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > longName {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }) < 0
}

// Waits tells whether a device waits to be confirmed, and as what.
func (a *Access) Waits(device string) (asks Device, waits bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.current()
	if o == nil || o.asks == nil || !o.asks.Secret.is(device) {
		return Device{}, false
	}
	return *o.shown().Asks, true
}

var errFull = errors.New("too many devices are paired: revoke one first")

// Confirm lets the device in that asks, under its id, or turns it away. A
// device of the same name is replaced.
func (a *Access) Confirm(id string, in bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.current()
	if o == nil || o.asks == nil || o.asks.ID != id {
		return ErrUnknown
	}
	if in && len(a.book.Devices) >= mostDevices {
		return errFull
	}
	asks := *o.asks
	a.offer = nil
	if !in {
		return nil
	}
	asks.Session.Shift = a.book.Shift
	return a.keep(asks)
}
