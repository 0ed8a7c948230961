package seed

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

// Kinds of scanners, and ways to find one.
const (
	ScannerAuto     = "auto" // what is plugged in at the first start
	ScannerHIDPOS   = "hid-pos"
	ScannerSerial   = "serial"
	ScannerKeyboard = "keyboard"
)

// Wirings.
const (
	WiringStandard = "standard" // the table in docs/install.md
	WiringNone     = "none"     // no lamps, no relay
)

var (
	timeOfDay = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	id        = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`) // as the daemon's configuration has it
	host      = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	country   = regexp.MustCompile(`^[A-Z]{2}$`)
	claimish  = regexp.MustCompile(`(?i)^CHECKPOINT-CLAIM-1:[A-Z2-7]+$`)
)

// checker collects faults with the lines that they are on.
type checker struct {
	text string
	Faults
}

func (c *checker) want(ok bool, section, key, vi, en string) {
	if !ok {
		name := strings.TrimPrefix(section+"."+key, ".")
		c.Faults = append(c.Faults, &Fault{lineOf(c.text, section, key), Text{name + ": " + vi, name + ": " + en}})
	}
}

// validate tells what the daemon, systemd or the radio would not take.
func (s *Seed) validate(text string) Faults {
	c := &checker{text: text}
	for _, t := range []struct{ key, value string }{{"site", s.Site}, {"site_type", s.SiteType}, {"lane", s.Lane}, {"scanner_path", s.ScannerPath}} {
		c.want(plain(t.value) && len(t.value) <= 100, "", t.key, "không dùng dấu \" hay \\ trong giá trị, tối đa 100 byte", `no " and no \ within the value, 100 bytes at most`)
	}
	c.want(len(s.Lane) <= 32, "", "lane", "tối đa 32 byte", "32 bytes at most")
	c.want(oneOf(s.Direction, "", "in", "out"), "", "direction", `chỉ "in" (vào) hoặc "out" (ra)`, `"in" or "out"`)
	c.want(s.Box == "" || id.MatchString(s.Box), "", "box", "chỉ a-z 0-9 và dấu -, tối đa 32", "a-z, 0-9 and - only, 32 at most")
	c.want(s.Province == "" || id.MatchString(s.Province), "", "province", "chỉ a-z 0-9 và dấu -, tối đa 32", "a-z, 0-9 and - only, 32 at most")
	c.want(oneOf(s.Scanner, "", ScannerAuto, ScannerHIDPOS, ScannerSerial, ScannerKeyboard), "", "scanner", `"auto", "hid-pos", "serial" hoặc "keyboard"`, `"auto", "hid-pos", "serial" or "keyboard"`)
	c.want(s.ScannerPath == "" || strings.HasPrefix(s.ScannerPath, "/dev/") && oneOf(s.Scanner, ScannerHIDPOS, ScannerSerial, ScannerKeyboard), "", "scanner_path", "bắt đầu bằng /dev/, và scanner phải nói loại máy quét", "begins with /dev/, and scanner has to say of what kind it is")
	c.want(oneOf(s.Wiring, "", WiringStandard, WiringNone), "", "wiring", `"standard" hoặc "none"`, `"standard" or "none"`)
	c.want(!slices.ContainsFunc(s.Contacts, func(name string) bool { return contactLines[name] == "" }) && len(slices.Compact(slices.Sorted(slices.Values(s.Contacts)))) == len(s.Contacts), "", "contacts", `trong "fire", "door", "tamper", mỗi tên một lần`, `of "fire", "door", "tamper", each once`)
	c.want(s.Claim == "" || taken(s.Claim) || claimish.MatchString(s.Claim), "", "claim", "chép cả dòng bắt đầu bằng CHECKPOINT-CLAIM-1: từ tệp của văn phòng", "copy the whole line that begins with CHECKPOINT-CLAIM-1: from the office's file")
	c.want(s.SSHKey == "" || isKey(s.SSHKey), "", "ssh_key", "chép cả dòng của tệp .pub, như ssh-ed25519 AAAA…; không phải khoá bí mật", "copy the whole line of the .pub file, such as ssh-ed25519 AAAA…; never the secret key")
	for _, server := range s.NTP {
		c.want(isHost(server), "", "ntp", "tên hoặc địa chỉ máy chủ giờ, không có cổng", "names or addresses of time servers, without a port")
	}
	from, until, _ := strings.Cut(s.RestartWindow, "-")
	c.want(s.RestartWindow == "" || timeOfDay.MatchString(from) && timeOfDay.MatchString(until) && from != until, "", "restart_window", `giờ Việt Nam, như "02:00-04:30"`, `a time of the day in Vietnam, such as "02:00-04:30"`)
	s.network(c)
	s.secrets(c)
	return c.Faults
}

func (s *Seed) network(c *checker) {
	n := s.Network
	prefix, err := netip.ParsePrefix(n.Address)
	c.want(n.Address == "" || err == nil, "network", "address", `địa chỉ kèm độ dài mạng, như "192.168.1.20/24"`, `an address with the length of its network, such as "192.168.1.20/24"`)
	c.want(n.Address != "" || n.Gateway == "" && len(n.DNS) == 0, "network", "address", "thiếu, mà gateway hoặc dns có mặt; để trống cả ba thì máy hỏi DHCP", "missing, but gateway or dns is there; all three left out: DHCP")
	c.want(n.Gateway == "" || isAddress(n.Gateway), "network", "gateway", `một địa chỉ, như "192.168.1.1"`, `an address, such as "192.168.1.1"`)
	gateway, wrong := netip.ParseAddr(n.Gateway)
	c.want(err != nil || wrong != nil || gateway.IsLinkLocalUnicast() || prefix.Contains(gateway) && prefix.Addr() != gateway, "network", "gateway", "không nằm trong mạng của address, hoặc là chính máy này", "not in the network of the address, or the box itself")
	c.want(!slices.ContainsFunc(n.DNS, func(a string) bool { return !isAddress(a) }), "network", "dns", `các địa chỉ, như ["192.168.1.1"]`, `addresses, such as ["192.168.1.1"]`)
	w := s.WiFi
	c.want(len(w.Name) <= 32, "wifi", "name", "tối đa 32 byte", "32 bytes at most")
	c.want(w.Name != "" || w.Password == "", "wifi", "name", "thiếu tên mạng Wi-Fi", "the Wi-Fi's name is missing")
	c.want(w.Country == "" || country.MatchString(w.Country), "wifi", "country", `hai chữ hoa, như "VN"`, `two capital letters, such as "VN"`)
	p := s.Proxy
	u, err := url.Parse(p.URL)
	c.want(p.URL == "" || err == nil && oneOf(u.Scheme, "http", "socks5") && u.Hostname() != "" && u.Port() != "" && u.User == nil && oneOf(u.Path, "", "/"), "proxy", "url", `như "http://10.0.0.1:3128" hoặc "socks5://10.0.0.1:1080"; tên và mật khẩu ở user, password`, `such as "http://10.0.0.1:3128" or "socks5://10.0.0.1:1080"; name and password go into user and password`)
	c.want(p.URL != "" || p.User+p.Password == "", "proxy", "url", "thiếu", "missing")
}

func (s *Seed) secrets(c *checker) {
	w := s.WiFi.Password
	c.want(w == "" || taken(w) || len(w) >= 8 && len(w) <= 63 && isASCII(w), "wifi", "password", "8 đến 63 chữ không dấu", "8 to 63 letters without accents")
	for _, secret := range s.secretsOf() {
		c.want(*secret.value == "" || !starred(*secret.value) || taken(*secret.value), secret.section, secret.key, "không bắt đầu hay kết thúc bằng ***; viết lại cả giá trị", "does not begin or end with ***; write the whole of it again")
	}
}

// plain is text that cannot break out of a line of a configuration.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' })
}

func oneOf(s string, list ...string) bool { return slices.Contains(list, s) }

func isHost(s string) bool {
	return isAddress(s) || len(s) <= 253 && host.MatchString(s)
}

func isAddress(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}

// isASCII is what a passphrase may hold (IEEE 802.11, annex J.4).
func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// isKey takes a key without options: those could let it run something.
func isKey(line string) bool {
	_, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	return err == nil && len(options) == 0 && len(rest) == 0
}
