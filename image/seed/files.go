package seed

import (
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"checkpoint/store/durable"
)

// RunFile is a file below /run, made anew at each start.
type RunFile struct {
	Name string // below /run
	Perm fs.FileMode
	Text string // empty: the file must not be there
}

// Names below /run that units speak of.
const (
	WiFiFile  = "checkpoint-seed/wifi.conf"       // of wpa_supplicant
	ProxyFile = "checkpoint-seed/proxy.env"       // systemd hands it to those that go out
	SSHFile   = "checkpoint-seed/authorized_keys" // without it sshd does not start
)

// Files are what the box's own programs read of the seed; a nil seed gives a
// box on DHCP without Wi-Fi and without SSH.
func (s *Seed) Files() []RunFile {
	if s == nil {
		s = &Seed{}
	}
	return []RunFile{
		{"systemd/network/05-checkpoint-mobile.network", 0o644, s.mobile()},
		{"systemd/network/10-checkpoint-cable.network", 0o644, s.cable()},
		{"systemd/network/20-checkpoint-wifi.network", 0o644, s.radio()},
		{"systemd/timesyncd.conf.d/checkpoint.conf", 0o644, s.time()},
		{WiFiFile, 0o600, s.supplicant()},
		{ProxyFile, 0o600, s.proxy()},
		{SSHFile, 0o600, line(s.SSHKey)},
	}
}

// WriteFiles puts them below run.
func WriteFiles(run string, files []RunFile) error {
	for _, f := range files {
		path := filepath.Join(run, filepath.FromSlash(f.Name))
		if f.Text == "" {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return err
			}
			continue
		}
		if err := durable.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := durable.Replace(path, []byte(f.Text), f.Perm); err != nil {
			return err
		}
	}
	return nil
}

func line(text string) string {
	if text == "" {
		return ""
	}
	return strings.TrimSpace(text) + "\n"
}

// cable is the network card of the board (systemd.network(5)). A Wi-Fi is of
// type wlan, a stick was taken by the file before.
func (s *Seed) cable() string {
	var b strings.Builder
	b.WriteString("[Match]\nType=ether\nKind=!*\n\n[Link]\nRequiredForOnline=no\n\n[Network]\n")
	if n := s.Network; n.Address != "" {
		fmt.Fprintf(&b, "Address=%s\n", n.Address)
		for _, dns := range n.DNS {
			fmt.Fprintf(&b, "DNS=%s\n", dns)
		}
		if n.Gateway != "" {
			fmt.Fprintf(&b, "\n[Route]\nGateway=%s\nMetric=100\n", n.Gateway)
		}
		return b.String()
	}
	return b.String() + s.dhcp(100)
}

// radio comes after the cable.
func (s *Seed) radio() string {
	return "[Match]\nType=wlan\n\n[Link]\nRequiredForOnline=no\n\n[Network]\nIgnoreCarrierLoss=3s\n" + s.dhcp(600)
}

// mobile costs money: it is the last way out, and none where nobody asked for
// it. The drivers are those of sticks that show themselves as a network card,
// and of telephones that somebody charges at the box.
func (s *Seed) mobile() string {
	match := "[Match]\nDriver=cdc_ether cdc_ncm rndis_host huawei_cdc_ncm ipheth\n\n[Link]\nRequiredForOnline=no\n"
	if !s.Mobile.Stick {
		return match + "Unmanaged=yes\n"
	}
	return match + "\n[Network]\n" + s.dhcp(900)
}

// dhcp leaves time servers of the network out where the seed names some.
func (s *Seed) dhcp(metric int) string {
	useNTP := "yes"
	if len(s.NTP) > 0 {
		useNTP = "no"
	}
	return fmt.Sprintf("DHCP=yes\n\n[DHCPv4]\nRouteMetric=%d\nUseNTP=%s\nUseHostname=no\n\n[DHCPv6]\nUseNTP=%s\nUseHostname=no\n\n[IPv6AcceptRA]\nRouteMetric=%d\n", metric, useNTP, useNTP, metric)
}

func (s *Seed) time() string {
	if len(s.NTP) == 0 {
		return ""
	}
	return "[Time]\nNTP=" + strings.Join(s.NTP, " ") + "\nFallbackNTP=\n"
}

// supplicant is wpa_supplicant.conf(5). The name goes in as hexadecimal digits,
// which need no quoting; the passphrase stands between the first and the last
// quote of its line, whatever it holds. WPA3 is tried first where it is there.
func (s *Seed) supplicant() string {
	w := s.WiFi
	if w.Name == "" {
		return ""
	}
	land := w.Country
	if land == "" {
		land = "VN"
	}
	head := fmt.Sprintf("country=%s\nnetwork={\n\tssid=%s\n\tscan_ssid=1\n", land, hex.EncodeToString([]byte(w.Name)))
	if w.Password == "" {
		return head + "\tkey_mgmt=NONE\n}\n"
	}
	return head + "\tkey_mgmt=SAE WPA-PSK\n\tieee80211w=1\n\tpsk=\"" + w.Password + "\"\n}\n"
}

// proxy is what Go's programs ask (net/http ProxyFromEnvironment), handed over as a
// credential (cmd/internal/wayout); all_proxy is for the broker, which only SOCKS reaches.
func (s *Seed) proxy() string {
	u, err := url.Parse(s.Proxy.URL)
	if err != nil || s.Proxy.URL == "" {
		return ""
	}
	if s.Proxy.User != "" {
		u.User = url.UserPassword(s.Proxy.User, s.Proxy.Password)
	}
	text := fmt.Sprintf("https_proxy=%s\nno_proxy=localhost,127.0.0.1,::1\n", u)
	if u.Scheme == "socks5" {
		text += fmt.Sprintf("all_proxy=%s\n", u)
	}
	return text
}
