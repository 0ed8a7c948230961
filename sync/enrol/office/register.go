package office

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
	"checkpoint/sync/enrol"
	"checkpoint/sync/wire"
)

// State is where a box is in its life.
type State string

// The states of a box.
const (
	Invited   State = "invited"   // it has a claim
	Requested State = "requested" // a machine has answered the claim
	Approved  State = "approved"  // it has a certificate and the pepper
	Gone      State = "retired"   // and stays so: its id is not given again
)

// Box is what the office knows of one box. It is kept as readable JSON.
type Box struct {
	ID           string           `json:"id"`
	State        State            `json:"state"`
	Site         string           `json:"site"`
	SiteType     string           `json:"site_type"`
	Lanes        []Lane           `json:"lanes"`
	Ways         Ways             `json:"ways"`
	Invitation   *Invitation      `json:"invitation,omitempty"`
	Asked        *Asked           `json:"asked,omitempty"`
	Key          snapshot.HexData `json:"key,omitempty"`     // signs its records; the collector checks them by it
	Sealing      snapshot.HexData `json:"sealing,omitempty"` // its pepper is sealed to it
	Grant        []byte           `json:"grant,omitempty"`   // the newest answer to Asked
	Grants       uint64           `json:"grants,omitempty"`  // number of the newest one, renewals included
	Commands     uint64           `json:"commands,omitempty"`
	Certificates []Certificate    `json:"certificates,omitempty"`
	Former       []Former         `json:"former,omitempty"` // machines that stood in its place
	History      []Event          `json:"history"`
}

// Lane is one lane of a box.
type Lane struct {
	Name      string `json:"name"`
	Direction string `json:"direction"`
}

// Ways are the addresses that a box works with; see [enrol.Claim].
type Ways struct {
	Broker     string `json:"broker,omitempty"`
	Repo       string `json:"repo,omitempty"`
	PublicRepo bool   `json:"public_repo,omitempty"`
	Server     string `json:"server,omitempty"`
}

// Invitation is a claim that was made and not answered for good.
type Invitation struct {
	Digest  snapshot.HexData `json:"digest"`
	Token   snapshot.HexData `json:"token"`
	Expires time.Time        `json:"expires"`
}

// Asked is the request of the machine that answered the claim.
type Asked struct {
	Request []byte    `json:"request"`
	From    string    `json:"from"` // network address, or a stick
	At      time.Time `json:"at"`
}

// Certificate is one that was issued.
type Certificate struct {
	Serial  string    `json:"serial"` // hexadecimal
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// Former is a machine that was replaced, and when.
type Former struct {
	Key   snapshot.HexData `json:"key"` // its records are still checked by it
	Until time.Time        `json:"until"`
}

// Event is something that happened to a box.
type Event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
}

func (b *Box) note(now time.Time, format string, args ...any) {
	b.History = append(b.History, Event{now.UTC().Truncate(time.Second), fmt.Sprintf(format, args...)})
}

func (b *Box) revoke(now time.Time) {
	for i := range b.Certificates {
		if b.Certificates[i].Revoked.IsZero() {
			b.Certificates[i].Revoked = now.UTC().Truncate(time.Second)
		}
	}
}

// Request is the request of the machine that asked.
func (b *Box) Request() (enrol.Request, error) {
	if b.Asked == nil {
		return enrol.Request{}, ErrNotAsked
	}
	return enrol.DecodeRequest(b.Asked.Request)
}

// Errors of the register.
var (
	ErrNoBox    = errors.New("no box of that name")
	ErrTaken    = errors.New("the name is taken")
	ErrNotAsked = errors.New("no machine has asked for it yet")
	ErrState    = errors.New("not in the box's present state")
)

// Register is the directory of all boxes of a province.
type Register struct{ Dir string }

const servicesFile = "services.json"

func (r Register) path(id string) string { return filepath.Join(r.Dir, "boxes", id+".json") }

// Box reads one box.
func (r Register) Box(id string) (Box, error) {
	var b Box
	if err := wire.CheckBox(id); err != nil {
		return b, fmt.Errorf("%w: %w", ErrNoBox, err)
	}
	text, err := os.ReadFile(r.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return b, fmt.Errorf("%w: %s", ErrNoBox, id)
	}
	if err != nil {
		return b, fmt.Errorf("read register: %w", err)
	}
	return b, decode(text, r.path(id), &b)
}

// Boxes reads all boxes, by name.
func (r Register) Boxes() (list []Box, err error) {
	entries, err := os.ReadDir(filepath.Join(r.Dir, "boxes"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read register: %w", err)
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			continue // what a power cut left
		}
		b, err := r.Box(id)
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, nil
}

// change does something to one box while no other process does. make says that
// the box may be new.
func (r Register) change(id string, make bool, f func(*Box) error) error {
	unlock, err := r.lock()
	if err != nil {
		return err
	}
	defer unlock()
	b, err := r.Box(id)
	if errors.Is(err, ErrNoBox) && make && wire.CheckBox(id) == nil {
		b, err = Box{ID: id}, nil
	}
	if err != nil {
		return err
	}
	if err := f(&b); err != nil {
		return err
	}
	return r.write(r.path(id), b)
}

// The register's group reads it: who brings it into the database is no user that
// may change it, or that has the authority's key.
const (
	shelfMode = 0o750
	sheetMode = 0o640
)

func (r Register) lock() (unlock func(), err error) {
	if err := durable.MkdirAll(filepath.Join(r.Dir, "boxes"), shelfMode); err != nil {
		return nil, fmt.Errorf("open register: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(r.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open register: %w", err)
	}
	if err := system.Lock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("open register: %w", err), f.Close())
	}
	return func() { f.Close() }, nil // closing unlocks
}

func (r Register) write(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = durable.Replace(path, append(text, '\n'), sheetMode)
	}
	if err != nil {
		return fmt.Errorf("write register: %w", err)
	}
	return nil
}

func decode(text []byte, path string, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("read register: %s: %w", path, err)
	}
	return nil
}

// Service is a machine of the province that is no box.
type Service struct {
	Name         string        `json:"name"`
	Profile      Profile       `json:"profile"`
	Hosts        []string      `json:"hosts,omitempty"`
	Certificates []Certificate `json:"certificates"`
}

// Services are all that certificates were issued for.
func (r Register) Services() (list []Service, err error) {
	path := filepath.Join(r.Dir, servicesFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read register: %w", err)
	}
	return list, decode(text, path, &list)
}

// free tells whether a box may have that name: a broker knows everybody by it.
func (r Register) free(id string) error {
	services, err := r.Services()
	if err != nil {
		return err
	}
	role := slices.Contains([]Profile{ForBroker, ForWeb, ForEnrol, ForCollector, ForOffice, ForBox}, Profile(id))
	if role || slices.ContainsFunc(services, func(s Service) bool { return s.Name == id }) {
		return fmt.Errorf("%w: %s is no box", ErrTaken, id)
	}
	return nil
}
