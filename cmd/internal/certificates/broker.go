package certificates

import (
	"fmt"
	"net/netip"
	"strings"
)

// Broker looks at a broker's address. secured tells that certificates are
// needed, as they are beyond this machine: who is at the other end, and which
// boxes speak when, is told to nobody on the way.
func Broker(address string) (secured bool, err error) {
	if strings.HasPrefix(address, "ssl://") {
		return true, nil
	}
	rest, plain := strings.CutPrefix(address, "tcp://")
	if at, err := netip.ParseAddrPort(rest); !plain || err != nil || !at.Addr().IsLoopback() {
		return false, fmt.Errorf("%q: use ssl://host:8883; without TLS only tcp://127.0.0.1:1883, a broker on this machine", address)
	}
	return false, nil
}
