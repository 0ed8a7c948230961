package config

import "net"

// Metrics is where others on this machine read how the box fares.
type Metrics struct {
	Listen string `toml:"listen"` // this machine's own address, and a port; empty: on the control socket alone
}

func (m Metrics) validate(f *faults) {
	if m.Listen == "" {
		return
	}
	host, _, err := net.SplitHostPort(m.Listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		f.add(`metrics.listen: %q: want an address that only this machine reaches, like "127.0.0.1:9273"`, m.Listen)
	}
}
