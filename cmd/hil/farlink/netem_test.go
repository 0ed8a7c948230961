package farlink

import (
	"encoding/binary"
	"errors"
	"math"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// bad is how the guest's loopback treats each packet, in each direction.
type bad struct {
	delay time.Duration
	loss  float64 // of packets
	rate  uint64  // bytes a second, of both directions together
}

// worsen puts a netem queue (tc-netem(8)) on the loopback until the test ends.
// Its packets become those of a real wire first: 1,500 bytes, none put together.
func worsen(t *testing.T, b bad) {
	t.Helper()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	link := binary.NativeEndian.AppendUint32([]byte{unix.AF_UNSPEC, 0, 0, 0}, uint32(lo.Index)) // ifinfomsg
	link = append(link, make([]byte, 8)...)
	link = append(link, attribute(unix.IFLA_MTU, number(1500))...)
	link = append(link, attribute(unix.IFLA_GSO_MAX_SEGS, number(1))...)
	ask(t, unix.RTM_NEWLINK, 0, link)

	const root = 0xffffffff                                                                   // TC_H_ROOT
	tc := binary.NativeEndian.AppendUint32([]byte{unix.AF_UNSPEC, 0, 0, 0}, uint32(lo.Index)) // tcmsg
	tc = append(append(tc, number(0)...), number(root)...)
	tc = append(tc, number(0)...)
	remove := tc
	tc = append(tc[:len(tc):len(tc)], attribute(unix.TCA_KIND, []byte("netem\x00"))...)
	tc = append(tc, attribute(unix.TCA_OPTIONS, b.options())...)
	ask(t, unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, tc)
	t.Cleanup(func() { ask(t, unix.RTM_DELQDISC, 0, remove) })
}

// options are struct tc_netem_qopt and its attributes, linux/pkt_sched.h.
func (b bad) options() []byte {
	const packets = 1000                                        // in the queue, at most
	o := append(number(0), number(packets)...)                  // latency: given below in ns
	o = append(o, number(uint32(b.loss*math.MaxUint32))...)     // loss
	o = append(o, make([]byte, 12)...)                          // gap, duplicate, jitter
	const tcaNetemRate, tcaNetemLatency64 = 6, 10               // linux/pkt_sched.h
	rate := append(number(uint32(b.rate)), make([]byte, 12)...) // struct tc_netem_rate
	o = append(o, attribute(tcaNetemRate, rate)...)
	return append(o, attribute(tcaNetemLatency64, binary.NativeEndian.AppendUint64(nil, uint64(b.delay)))...)
}

func number(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

// attribute is a struct rtattr with its value, padded (rtnetlink(7)).
func attribute(kind uint16, value []byte) []byte {
	a := binary.NativeEndian.AppendUint16(nil, uint16(unix.SizeofRtAttr+len(value)))
	a = append(binary.NativeEndian.AppendUint16(a, kind), value...)
	for len(a)%unix.RTA_ALIGNTO != 0 {
		a = append(a, 0)
	}
	return a
}

// ask sends one request to the kernel and wants its consent.
func ask(t *testing.T, kind uint16, flags uint16, body []byte) {
	t.Helper()
	s, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(s)
	m := number(uint32(unix.SizeofNlMsghdr + len(body)))
	m = binary.NativeEndian.AppendUint16(m, kind)
	m = binary.NativeEndian.AppendUint16(m, flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	m = append(append(m, make([]byte, 8)...), body...)
	answer := make([]byte, 4096)
	err = unix.Sendto(s, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	if err == nil {
		_, _, err = unix.Recvfrom(s, answer, 0)
	}
	if code := int32(binary.NativeEndian.Uint32(answer[unix.SizeofNlMsghdr:])); err == nil && code != 0 {
		err = errors.Join(errors.New("the kernel refuses"), unix.Errno(-code))
	}
	if err != nil {
		t.Fatalf("netlink request %d: %v", kind, err)
	}
}
