package seed

import (
	"errors"
	"fmt"
	"strings"
)

// Names on the FAT partition.
const (
	File       = "checkpoint.toml"
	StatusFile = "checkpoint-status.txt"
)

// MaxSize bounds the file in bytes.
const MaxSize = 64 << 10

// Room is how much the file of a new card has room for, bytes (image/card):
// [checkpoint/image/writer] puts another text in its place and moves nothing.
const Room = 8192

// Seed is what the file says. An empty field was left out; with a claim of the
// office nothing but the network has to be there.
type Seed struct {
	Site      string `toml:"site"`      // how people call the place
	SiteType  string `toml:"site_type"` // building, market, station…
	Lane      string `toml:"lane"`      // name of the lane
	Direction string `toml:"direction"` // in, out
	Box       string `toml:"box"`       // id; of the claim, where there is one
	Province  string `toml:"province"`  // id; likewise

	Scanner     string `toml:"scanner"`      // auto (or empty), hid-pos, serial, keyboard
	ScannerPath string `toml:"scanner_path"` // empty: the socket's own name, see [Scanner]
	Wiring      string `toml:"wiring"`       // standard (or empty), none
	// Contacts that are wired and closed at rest: fire, door, tamper. Where one is
	// named and not wired it reads as an alarm.
	Contacts []string `toml:"contacts"`
	Page     bool     `toml:"page"` // the guard's page, for a display on the box

	Claim  string   `toml:"claim"`   // the office's line of text; or checkpoint-claim.txt beside the seed
	SSHKey string   `toml:"ssh_key"` // a line as ssh-keygen writes it; empty: nobody comes in by SSH
	NTP    []string `toml:"ntp"`     // time servers; empty: those of the network, or Debian's

	// RestartWindow is when the box may restart into a new system, 02:00-04:30 by
	// Vietnam's clock; empty: whenever its lanes are quiet. A file without it can be
	// read by systems that did not know it.
	RestartWindow string `toml:"restart_window,omitempty"`

	Network Network `toml:"network"`
	WiFi    WiFi    `toml:"wifi"`
	Mobile  Mobile  `toml:"mobile"`
	Proxy   Proxy   `toml:"proxy"`
}

// Network is the cable. Without an address it asks by DHCP.
type Network struct {
	Address string   `toml:"address"` // 192.168.1.20/24
	Gateway string   `toml:"gateway"`
	DNS     []string `toml:"dns"`
}

// WiFi is the one network that the box joins; an empty name: none.
type WiFi struct {
	Name     string `toml:"name"`
	Password string `toml:"password"` // secret
	Country  string `toml:"country"`  // whose radio rules hold, ISO 3166; empty: VN
}

// Mobile is a 4G stick that shows itself as a network card.
type Mobile struct {
	Stick bool `toml:"stick"`
}

// Proxy is the way out of a network that has no other.
type Proxy struct {
	URL      string `toml:"url"` // http://host:port or socks5://host:port
	User     string `toml:"user"`
	Password string `toml:"password"` // secret
}

// Text is a sentence in both languages.
type Text struct{ VI, EN string }

func (t Text) String() string { return t.VI + " / " + t.EN }

// Fault is one thing that is wrong with the file.
type Fault struct {
	Line int // from 1; 0: of no line of its own
	Text
}

func (f *Fault) Error() string {
	if f.Line == 0 {
		return f.String()
	}
	return fmt.Sprintf("dòng %d: %s / line %d: %s", f.Line, f.VI, f.Line, f.EN)
}

// Faults are all that is wrong, in the order of the file.
type Faults []*Fault

func (f Faults) Error() string {
	var lines []string
	for _, one := range f {
		lines = append(lines, one.Error())
	}
	return strings.Join(lines, "\n")
}

// orNil is an error only where there is a fault.
func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// FaultsOf are the faults that an error of this package tells; another error is
// one fault in its own words.
func FaultsOf(err error) Faults {
	var list Faults
	if err == nil || errors.As(err, &list) {
		return list
	}
	return Faults{{Text: Text{err.Error(), err.Error()}}}
}

func (f *Faults) add(line int, vi, en string, args ...any) {
	*f = append(*f, &Fault{line, Text{fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...)}})
}
