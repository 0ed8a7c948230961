package config

import (
	"net"
	"regexp"
	"strconv"
)

// Files of the page in the state directory, readable by the daemon alone.
const (
	PageFile    = "page.pem"     // certificate and key for the network
	PINsFile    = "pins.json"    // hashes of issued PINs
	DevicesFile = "devices.json" // hashes of paired devices
)

// Page is the guard's page.
type Page struct {
	Listen  string   `toml:"listen"`  // this machine's own address, and a port; empty: no page
	Network string   `toml:"network"` // address and port on the lane's network, over TLS; empty: not there
	Hosts   []string `toml:"hosts"`   // names or addresses by which tablets reach it; the first is told to them
}

// Reached is how tablets reach the page, by names or addresses.
func (p Page) Reached() []string {
	if len(p.Hosts) > 0 {
		return p.Hosts
	}
	host, _, _ := net.SplitHostPort(p.Network) // was validated
	return []string{host}
}

// hostName is a DNS name (RFC 1123, 2.1) in small letters, or an IPv4 address.
var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

func (p Page) validate(f *faults) {
	if host, _, err := net.SplitHostPort(p.Listen); p.Listen != "" {
		if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			f.add(`page.listen: %q: want an address that only this machine reaches, like "127.0.0.1:8080"`, p.Listen)
		}
	}
	for i, h := range p.Hosts {
		if len(h) > 253 || !hostName.MatchString(h) && net.ParseIP(h) == nil {
			f.add(`page.hosts[%d]: %q: want a name or an address without port, like "192.168.7.2"`, i, h)
		}
	}
	if p.Network == "" {
		if len(p.Hosts) > 0 {
			f.add("page.network: missing, but page.hosts names how it is reached")
		}
		return
	}
	if p.Listen == "" {
		f.add("page.listen: missing, but page.network is there: tablets are let in at the local screen")
	}
	host, port, err := net.SplitHostPort(p.Network)
	ip := net.ParseIP(host)
	if _, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil || ip == nil && host != "" {
		f.add(`page.network: %q: want an address and a port, like "0.0.0.0:8443"`, p.Network)
	} else if len(p.Hosts) == 0 && (ip == nil || ip.IsUnspecified()) {
		f.add(`page.hosts: missing: say by which name or address tablets reach %q`, p.Network)
	}
}
