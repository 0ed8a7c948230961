package seed_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"checkpoint/image/seed"
)

// whole has every key that people fill in.
const whole = `# máy ở cổng 1
site = "Chợ Bình Tây, cổng 1"
site_type = "market"
lane = "1"
direction = "in"
box = "cho-1"
province = "mau"
scanner = "serial"
contacts = ["fire", "door"]
ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO0Qm8Kx6aN7oVrqNBJkJb6u4BXwm4mS3X8TzKQb6m0p ky-thuat"
ntp = ["10.0.0.1", "gio.example"]
restart_window = "02:00-04:30"

[network]
address = "192.168.1.20/24"
gateway = "192.168.1.1"
dns = ["192.168.1.1"]

[wifi]
name = "Chợ \u0042ình Tây"
password = "bí mật"

[mobile]
stick = true

[proxy]
url = "http://10.0.0.9:3128"
user = "may"
password = "p@ss word"
`

// good is whole with a passphrase that a radio takes.
var good = strings.Replace(whole, `"bí mật"`, `"mat khau 'dai' #1"`, 1)

func parse(t *testing.T, text string) *seed.Seed {
	t.Helper()
	s, err := seed.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

func TestWhatEditorsLeaveBehindIsTaken(t *testing.T) {
	want := parse(t, good)
	crlf := strings.ReplaceAll(good, "\n", "\r\n")
	for name, text := range map[string]string{
		"Notepad":               "\ufeff" + crlf,
		"old Notepad, UTF-16":   string(wide(crlf, binary.LittleEndian)),
		"another byte order":    string(wide(crlf, binary.BigEndian)),
		"an old Mac":            strings.ReplaceAll(good, "\n", "\r"),
		"spaces that stay":      strings.ReplaceAll(good, " = ", "\u00a0= "),
		"bent quotes in a name": strings.Replace(good, "# máy", "# “máy”", 1),
	} {
		if got := parse(t, text); got.Site != want.Site || got.WiFi != want.WiFi || !slices.Equal(got.NTP, want.NTP) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

func wide(text string, o order) []byte {
	out := o.AppendUint16(nil, 0xfeff)
	for _, u := range utf16.Encode([]rune(text)) {
		out = o.AppendUint16(out, u)
	}
	return out
}

// Each fault is told with its line, in both languages, and all at once.
func TestAllFaultsAreToldAtOnce(t *testing.T) {
	_, err := seed.Parse([]byte(`site = “Chợ Bình Tây”
direction = "up"
lane = 1
colour = "red"
box = "Chợ 1"
claim = "CHECKPOINT"
scanner = serial
wiring = "mine
ssh_key = "-----BEGIN OPENSSH PRIVATE KEY-----"
contacts = ["fire", "fire"]
ntp = ["http://time"]
[network]
address = "192.168.1.20"
dns = ["none"]
[wifi]
name = "nha"
password = "short"
[proxy]
url = "http://user:secret@host:3128"
[wifi]
`))
	faults := seed.FaultsOf(err)
	for line, words := range map[int]string{
		1: "dấu nháy “ không dùng được", 2: `direction: "in" or "out"`, 3: "lane: a value of the wrong kind", 4: `no key "colour"`, 5: "box: a-z, 0-9 and - only",
		6: "claim: copy the whole line", 7: "scanner: the value has to stand in quotes", 8: "wiring: a quote \" is missing", 9: "ssh_key: copy the whole line of the .pub file",
		10: "contacts: ", 11: "ntp: names or addresses", 13: `network.address: an address with the length`, 14: "network.dns: ", 17: "wifi.password: 8 to 63",
		19: "proxy.url: such as", 20: "",
	} {
		i := slices.IndexFunc(faults, func(f *seed.Fault) bool { return f.Line == line })
		if i < 0 || !strings.Contains(faults[i].Error(), words) || faults[i].VI == "" || faults[i].EN == "" || faults[i].VI == faults[i].EN {
			t.Errorf("line %d: want %q in\n%v", line, words, err)
		}
	}
	if len(faults) != 16 {
		t.Errorf("%d faults, want 16:\n%v", len(faults), err)
	}
	if strings.Contains(err.Error(), "user:secret") {
		t.Error("a password is shown")
	}
}

// A router that the box cannot reach is a mistake of the technician's, and told; a
// Wi-Fi may be called anything.
func TestTheRouterHasToBeInReach(t *testing.T) {
	for _, gateway := range []string{"192.168.2.1", "192.168.1.20", "fd00::1"} {
		_, err := seed.Parse([]byte("[network]\naddress = \"192.168.1.20/24\"\ngateway = \"" + gateway + "\"\n"))
		if faults := seed.FaultsOf(err); len(faults) != 1 || faults[0].Line != 3 || !strings.Contains(err.Error(), "not in the network of the address") {
			t.Errorf("%s: %v", gateway, err)
		}
	}
	for _, text := range []string{
		"[network]\naddress = \"192.168.1.20/24\"\ngateway = \"192.168.1.1\"\n", "[network]\naddress = \"fd00::2/64\"\ngateway = \"fe80::1\"\n",
		"[wifi]\nname = 'Quán \"Ngon\" \\o/'\n",
	} {
		parse(t, text)
	}
}

func TestAFileThatIsNoneAtAll(t *testing.T) {
	for _, text := range []string{"\x00\x01\x02", "PK\x03\x04word/document.xml", strings.Repeat("Kính gửi văn phòng\n", 100)} {
		if _, err := seed.Parse([]byte(text)); err == nil || len(seed.FaultsOf(err)) > 30 {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if s := parse(t, ""); s.Site != "" {
		t.Error("an empty file says nothing, and is none the worse for it")
	}
}

// What the box's own programs read, as their manuals have it.
func TestFiles(t *testing.T) {
	files := map[string]seed.RunFile{}
	for _, f := range parse(t, good).Files() {
		files[f.Name] = f
	}
	for name, parts := range map[string][]string{
		"systemd/network/10-checkpoint-cable.network":  {"Type=ether\n", "Address=192.168.1.20/24\nDNS=192.168.1.1\n", "Gateway=192.168.1.1\n", "RequiredForOnline=no"},
		"systemd/network/20-checkpoint-wifi.network":   {"Type=wlan\n", "DHCP=yes\n", "RouteMetric=600\nUseNTP=no\n"},
		"systemd/network/05-checkpoint-mobile.network": {"Driver=cdc_ether cdc_ncm rndis_host huawei_cdc_ncm ipheth\n", "RouteMetric=900\n"},
		"systemd/timesyncd.conf.d/checkpoint.conf":     {"[Time]\nNTP=10.0.0.1 gio.example\nFallbackNTP=\n"},
		seed.WiFiFile:  {"country=VN\n", "\tssid=4368e1bba32042c3ac6e682054c3a279\n", "\tpsk=\"mat khau 'dai' #1\"\n", "key_mgmt=SAE WPA-PSK"},
		seed.ProxyFile: {"https_proxy=http://may:p%40ss%20word@10.0.0.9:3128\n", "no_proxy="},
		seed.SSHFile:   {"ssh-ed25519 AAAA"},
	} {
		for _, part := range parts {
			if !strings.Contains(files[name].Text, part) {
				t.Errorf("%s lacks %q:\n%s", name, part, files[name].Text)
			}
		}
	}
	for _, secret := range []string{seed.WiFiFile, seed.ProxyFile, seed.SSHFile} {
		if files[secret].Perm != 0o600 {
			t.Errorf("%s has mode %v", secret, files[secret].Perm)
		}
	}
	dir := t.TempDir()
	if err := seed.WriteFiles(dir, parse(t, good).Files()); err != nil {
		t.Fatal(err)
	}
	var none *seed.Seed
	if err := seed.WriteFiles(dir, none.Files()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, seed.SSHFile)); err == nil {
		t.Error("a key that the seed no longer names still lets somebody in")
	}
	phones, err := os.ReadFile(filepath.Join(dir, "systemd/network/05-checkpoint-mobile.network"))
	if err != nil || !bytes.Contains(phones, []byte(" ipheth\n")) || !bytes.Contains(phones, []byte("Unmanaged=yes\n")) {
		t.Errorf("a telephone that somebody charges is the way out: %v\n%s", err, phones)
	}
	text, err := os.ReadFile(filepath.Join(dir, "systemd/network/10-checkpoint-cable.network"))
	if err != nil || !bytes.Contains(text, []byte("DHCP=yes")) {
		t.Errorf("without a seed the cable asks by DHCP: %v\n%s", err, text)
	}
}

// A key with options could run something at each login.
func TestAKeyWithOptionsIsNone(t *testing.T) {
	for _, key := range []string{`command=\"reboot\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO0Qm8Kx6aN7oVrqNBJkJb6u4BXwm4mS3X8TzKQb6m0p x`, `ssh-ed25519 AAAA\nssh-ed25519 BBBB`, "x"} {
		if _, err := seed.Parse([]byte("ssh_key = \"" + key + "\"\n")); err == nil {
			t.Errorf("%s was taken", key)
		}
	}
}

func TestConfigNamesWhatIsMissing(t *testing.T) {
	_, missing := parse(t, "site = \"Cổng\"\nlane = \"1\"\n").Config(seed.Office{}, seed.Scanner{}, "/var/lib/checkpoint")
	if got := missing.Error(); len(missing) != 4 || !strings.Contains(got, "direction is missing") || strings.Contains(got, "site is missing") {
		t.Errorf("%v", missing)
	}
}

// Whoever changes the configuration by hand keeps the change.
func TestAConfigurationChangedByHandIsKnown(t *testing.T) {
	text, missing := parse(t, good).Config(seed.Office{}, seed.Scanner{Kind: "serial", Path: "/dev/x"}, "/s")
	if len(missing) > 0 || !seed.Untouched([]byte(text)) {
		t.Fatalf("%v\n%s", missing, text)
	}
	for _, changed := range []string{strings.Replace(text, `"1"`, `"2"`, 1), text + "\n", "", "box = \"x\"\n"} {
		if seed.Untouched([]byte(changed)) {
			t.Errorf("taken for untouched:\n%s", changed)
		}
	}
}

// The file that every card has does nothing as it is.
func TestTheCardsOwnFile(t *testing.T) {
	text, err := os.ReadFile(seed.File)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := parse(t, string(text)).Files(), parse(t, "").Files(); !slices.Equal(got, want) {
		t.Error("as it is it already says something")
	}
}
