package board

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Networks is how many network interfaces have a link now, the machine's own
// loop left out. It asks by ioctl (netdevice(7)), not over netlink, whose sockets
// the daemon's unit does not allow.
func Networks() (n int, err error) {
	names, err := interfaces()
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("ask for network interfaces: %w", err)
	}
	defer unix.Close(fd)
	for _, name := range names {
		ask, err := unix.NewIfreq(name)
		if err != nil || unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, ask) != nil {
			continue // it went away meanwhile
		}
		// Running: the driver has a carrier, or cannot tell (RFC 2863, "up" and "unknown").
		if flags := ask.Uint16(); flags&unix.IFF_LOOPBACK == 0 && flags&unix.IFF_UP != 0 && flags&unix.IFF_RUNNING != 0 {
			n++
		}
	}
	return n, nil
}

// interfaces are the names that this process sees (proc_net(5)).
func interfaces() (names []string, err error) {
	f, err := os.Open("/proc/self/net/dev")
	if err != nil {
		return nil, fmt.Errorf("list network interfaces: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, _, ok := strings.Cut(lines.Text(), ":"); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names, lines.Err()
}
