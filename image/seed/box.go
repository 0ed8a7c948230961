package seed

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Office is what the office's claim says of the box; the zero Office: there is
// no claim.
type Office struct {
	Box, Province       string
	Site, SiteType      string
	Lane, Direction     string // of the first lane
	Broker, Server      string
	Repo                string
	PublicRepo          bool
	Authority, Identity string // files of the box's certificate
}

// Scanner is the reader that the lane is to have.
type Scanner struct {
	Kind string `json:"kind"`
	Path string `json:"path"`
}

// defaultScanner is what a box without one has until one is plugged in: of the
// kind that is best, wherever it is plugged in (70-checkpoint.rules).
var defaultScanner = Scanner{ScannerHIDPOS, "/dev/checkpoint/any/" + ScannerHIDPOS}

// IsDefault tells whether nobody has named a scanner and none was found yet.
func (s Scanner) IsDefault() bool { return s == defaultScanner }

// Named is the scanner that the seed itself names; false: it is to be looked for.
func (s *Seed) Named() (Scanner, bool) {
	switch {
	case s == nil || s.Scanner == "" || s.Scanner == ScannerAuto:
		return defaultScanner, false
	case s.ScannerPath != "":
		return Scanner{s.Scanner, s.ScannerPath}, true
	case s.Scanner == ScannerSerial:
		return Scanner{s.Scanner, "/dev/checkpoint/any/scanner"}, true
	}
	return Scanner{s.Scanner, "/dev/checkpoint/any/" + s.Scanner}, true
}

// Config is the daemon's configuration. What the seed says of the place wins
// over the claim; who the box is, the claim alone says. Faults are what is still
// missing.
func (s *Seed) Config(o Office, scanner Scanner, state string) (string, Faults) {
	if s == nil {
		s = &Seed{}
	}
	var faults Faults
	box := map[string]string{
		"box": first(o.Box, s.Box), "province": first(o.Province, s.Province), "site": first(s.Site, o.Site),
		"site_type": first(s.SiteType, o.SiteType), "lane": first(s.Lane, o.Lane), "direction": first(s.Direction, o.Direction),
	}
	for _, key := range []string{"box", "province", "site", "site_type", "lane", "direction"} {
		if box[key] == "" {
			faults.add(0, "thiếu %s, và không có giấy mời của văn phòng", "%s is missing, and there is no claim of the office", key)
		}
	}
	if len(faults) > 0 {
		return "", faults
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Viết bởi checkpointctl system first-boot từ %s trên thẻ; sửa tay ở đây thì\n# máy giữ bản sửa và không viết lại nữa.\n# Written from that file of the card; once changed by hand it stays as it is.", File)
	line("box = %q\nprovince = %q\nsite = %q\nsite_type = %q\nstate_dir = %q", box["box"], box["province"], box["site"], box["site_type"], state)
	if s.Page {
		line("decision_inputs = [\"page\", \"control\", \"buttons\"]\n\n[page]\nlisten = \"127.0.0.1:8080\"")
	} else if s.Wiring != WiringNone {
		line("decision_inputs = [\"control\", \"buttons\"]")
	}
	o.links(line, s.RestartWindow)
	line("\n[[lane]]\nname = %q\ndirection = %q", box["lane"], box["direction"])
	line("[[lane.reader]]\nname = \"scanner\"\nkind = %q\npath = %q", scanner.Kind, scanner.Path)
	line("[lane.gate]\n%s", s.gate())
	return sealed(b.String()), nil
}

// sealed puts before a configuration what tells later whether somebody has
// changed it by hand since. Without a second file beside it there is nothing
// that a power cut could part from it.
func sealed(text string) string {
	return fmt.Sprintf("%s%x\n%s", sealMark, sha256.Sum256([]byte(text)), text)
}

const sealMark = "# checkpoint-seed "

// Untouched tells whether a configuration is as [Seed.Config] wrote it.
func Untouched(config []byte) bool {
	_, text, _ := strings.Cut(string(config), "\n")
	return sealed(text) == string(config)
}

// links are the ways to the province, and when what came on them may restart the
// box.
func (o Office) links(line func(string, ...any), restart string) {
	if o.Broker != "" {
		line("\n[mqtt]\nbroker = %q\nca = %q\ncert = %q\nkey = %q", o.Broker, o.Authority, o.Identity, o.Identity)
	}
	if o.Server != "" {
		line("\n[enrol]\nserver = %q", o.Server)
	}
	if o.Repo+restart != "" {
		line("\n[update]")
	}
	if restart != "" {
		line("restart_window = %q", restart)
	}
	if o.Repo != "" {
		line("url = %q", o.Repo)
		if !o.PublicRepo {
			line("ca = %q", o.Authority)
		}
	}
}

// gate is the wiring table of docs/install.md.
func (s *Seed) gate() string {
	if s.Wiring == WiringNone {
		return "driver = \"simulated\""
	}
	text := `driver = "gpio"
green = "GPIO17"
amber = "GPIO27"
red = "GPIO22"
status = "GPIO23"
buzzer = "GPIO24"
relay = "GPIO25"
passage_sensor = "GPIO16"
exit_button = "GPIO12"
button_1 = "GPIO19"
button_2 = "GPIO20"
button_3 = "GPIO26"
button_priority = "GPIO21"`
	for _, name := range s.Contacts {
		text += fmt.Sprintf("\n%s_contact = %q", name, contactLines[name])
	}
	return text
}

// contactLines are where the contacts are wired that are closed at rest.
var contactLines = map[string]string{"fire": "GPIO5", "door": "GPIO6", "tamper": "GPIO13"}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
