package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"checkpoint/console/pin"
)

// Store keeps the devices, in the same form as [pin.Store] keeps PINs.
type Store = pin.Store

const (
	mostDevices = 32
	// longShift bounds a session that no hand-over ends.
	longShift = 16 * time.Hour
)

// Device is one that was paired.
type Device struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"` // as it called itself, and somebody at the box confirmed
	Since time.Time `json:"since"`
	// Role is that of its session; empty: nobody is signed in.
	Role pin.Role `json:"role,omitempty"`
}

// Session is somebody at a device. The zero one is the local screen's.
type Session struct {
	Device string // id
	Role   pin.Role
}

// May tells whether the session may do this. At the local screen there is no
// ceremony: whoever stands there is a guard.
func (s Session) May(a pin.Act) bool {
	if s == (Session{}) {
		return pin.Guard.May(a)
	}
	return s.Role.May(a)
}

// kept is a device as the file has it.
type kept struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Since   time.Time `json:"since"`
	Secret  digest    `json:"secret"`
	Session *session  `json:"session,omitempty"`
}

type session struct {
	Secret digest    `json:"secret"`
	Role   pin.Role  `json:"role"`
	Shift  uint64    `json:"shift"`
	Began  time.Time `json:"began"`
}

// book is the file.
type book struct {
	Shift   uint64 `json:"shift"` // counts hand-overs
	Devices []kept `json:"devices"`
}

// Access is who may see the page.
type Access struct {
	store Store
	now   func() time.Time

	mu      sync.Mutex
	book    book
	offer   *offer
	open    map[*watch]struct{}
	dropped func(device string)
}

// New reads the devices that were paired. A file that cannot be read is an
// error, and nobody's: devices have to be paired again.
func New(store Store) (*Access, error) {
	a := &Access{store: store, now: time.Now, open: map[*watch]struct{}{}, dropped: func(string) {}}
	text, err := store.Load()
	if err != nil || text == nil {
		return a, err
	}
	var b book
	if err := json.Unmarshal(text, &b); err != nil {
		return a, fmt.Errorf("read paired devices: %w", err)
	}
	a.book = b
	return a, nil
}

// WhenDropped names what else forgets a device that is revoked or replaced.
func (a *Access) WhenDropped(forget func(device string)) { a.dropped = forget }

// The errors of whoever is not let in.
var (
	ErrStranger  = errors.New("this device is not paired with the box")
	ErrSignedOff = errors.New("nobody is signed in on this device in this shift")
)

// Enter tells whose session it is. The error is [ErrStranger] or, of a paired
// device, [ErrSignedOff].
func (a *Access) Enter(device, session string) (Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.paired(device)
	switch {
	case k == nil:
		return Session{}, ErrStranger
	case !a.lives(k.Session) || !k.Session.Secret.is(session):
		return Session{Device: k.ID}, ErrSignedOff
	}
	return Session{k.ID, k.Session.Role}, nil
}

// paired finds the device whose secret this is.
func (a *Access) paired(secret string) *kept {
	id, _ := split(secret)
	for i := range a.book.Devices {
		if k := &a.book.Devices[i]; k.ID == id && k.Secret.is(secret) {
			return k
		}
	}
	return nil
}

// lives tells whether a session is of this shift.
func (a *Access) lives(s *session) bool {
	if s == nil || s.Shift != a.book.Shift {
		return false
	}
	age := a.now().Sub(s.Began)
	return age < longShift && age > -longShift
}

// SignIn begins a session of a role on a paired device, in the place of the one
// before, and gives its secret.
func (a *Access) SignIn(device string, role pin.Role) (secret string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.paired(device)
	if k == nil {
		return "", ErrStranger
	}
	next := *k
	secret, next.Session = a.begin(role)
	return secret, a.keep(next)
}

func (a *Access) begin(role pin.Role) (secret string, _ *session) {
	secret = newSecret()
	return secret, &session{Secret: digestOf(secret), Role: role, Shift: a.book.Shift, Began: a.now().UTC().Truncate(time.Second)}
}

// keep writes a device in the place of the one with its id or name.
func (a *Access) keep(k kept) error {
	next := book{Shift: a.book.Shift}
	for _, d := range a.book.Devices {
		if d.ID != k.ID && d.Name != k.Name {
			next.Devices = append(next.Devices, d)
		}
	}
	next.Devices = append(next.Devices, k)
	return a.give(next)
}

// EndShift ends every session, at a hand-over.
func (a *Access) EndShift() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := book{Shift: a.book.Shift + 1}
	for _, d := range a.book.Devices {
		d.Session = nil
		next.Devices = append(next.Devices, d)
	}
	return a.take(next)
}

// ErrUnknown is a device that is not, or no longer, paired.
var ErrUnknown = errors.New("no such device")

// Revoke forgets a device.
func (a *Access) Revoke(id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := book{a.book.Shift, slices.DeleteFunc(slices.Clone(a.book.Devices), func(d kept) bool { return d.ID == id })}
	if len(next.Devices) == len(a.book.Devices) {
		return ErrUnknown
	}
	return a.take(next)
}

// give keeps the devices on disk before they count.
func (a *Access) give(next book) error {
	if err := a.write(next); err != nil {
		return err
	}
	a.put(next)
	return nil
}

// take counts at once, whatever the disk says.
func (a *Access) take(next book) error {
	err := a.write(next)
	a.put(next)
	if err != nil {
		return fmt.Errorf("%w: it holds until the box starts again", err)
	}
	return nil
}

func (a *Access) write(b book) error {
	text, err := json.MarshalIndent(b, "", " ")
	if err == nil {
		err = a.store.Save(append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep paired devices: %w", err)
	}
	return nil
}

// put ends what is open for those that may not any more.
func (a *Access) put(next book) {
	before := a.book.Devices
	a.book = next
	a.endWatches()
	for _, d := range before {
		if !slices.ContainsFunc(next.Devices, func(k kept) bool { return k.ID == d.ID }) {
			a.dropped(d.ID)
		}
	}
}

// Devices lists those that are paired.
func (a *Access) Devices() (all []Device) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range a.book.Devices {
		d := Device{ID: k.ID, Name: k.Name, Since: k.Since}
		if a.lives(k.Session) {
			d.Role = k.Session.Role
		}
		all = append(all, d)
	}
	return all
}

// Place is where devices find the page. The zero one is nowhere.
type Place struct {
	URL         string // https://host:port
	Fingerprint string // of the certificate
}
