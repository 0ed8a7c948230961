package nbd

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve gives a disk a socket, and the name by which qemu knows it.
func serve(t *testing.T, d *Disk) (socket, url string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "disk.sock")
	l, err := net.Listen("unix", socket)
	must(t, err)
	go d.Serve(l)
	t.Cleanup(func() { l.Close() })
	return socket, "nbd+unix:///?socket=" + socket
}

// qemu runs one of qemu's tools and gives what it says.
func qemu(t *testing.T, name string, args ...string) (said string, ok bool) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		t.Fatal(err)
	}
	return string(out), err == nil
}

// The client that will use it finds its size, reads what it wrote, and has what
// it flushed or wrote through the cache when the power was cut. qemu-io flushes
// when it ends, unless it is told to abort.
func TestQEMUIsServed(t *testing.T) {
	d := newDisk(t, 4096)
	_, url := serve(t, d)
	if said, ok := qemu(t, "qemu-img", "info", "--output=json", url); !ok || !strings.Contains(said, `"virtual-size": 2097152`) {
		t.Errorf("qemu-img info: %s", said)
	}
	qemu(t, "qemu-io", "-f", "raw", "-t", "writeback", "-c", "write -P 1 0 64k", "-c", "flush", "-c", "write -P 2 64k 4k", "-c", "write -f -P 3 128k 4k", "-c", "abort", url)
	if got := content(t, d); got[0] != 1 || got[128] != 2 || got[256] != 3 {
		t.Errorf("before the cut the disk has %d", got[:300])
	}
	losses, err := d.Cut(seeded(1))
	must(t, err)
	if losses.Unflushed != 1 {
		t.Errorf("after a flush, a write and one through the cache: %v", losses)
	}
	got := content(t, d)
	if got[0] != 1 || got[127] != 1 || got[256] != 3 || got[263] != 3 || got[264] != 0 {
		t.Errorf("the disk has %d", got[:300])
	}
	if said, ok := qemu(t, "qemu-io", "-f", "raw", "-c", "read -P 1 0 64k", "-c", "read -P 3 128k 4k", url); !ok || strings.Contains(said, "failed") {
		t.Errorf("after the cut: %s", said)
	}
	if said, ok := qemu(t, "qemu-io", "-f", "raw", "-c", "read 0 512", strings.Replace(url, ":///", ":///other", 1)); ok {
		t.Errorf("another export was served: %s", said)
	}
}

// client is the bare protocol, for what qemu never sends.
type client struct {
	t *testing.T
	net.Conn
}

func dial(t *testing.T, socket string, flags uint32) client {
	t.Helper()
	c, err := net.Dial("unix", socket)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(5*time.Minute)))
	hello := client{t, c}
	if got := hello.read(18); string(got) != "NBDMAGICIHAVEOPT\x00\x03" {
		t.Fatalf("greeting %q", got)
	}
	hello.send(flags)
	return hello
}

func (c client) send(fields ...any) {
	c.t.Helper()
	var b bytes.Buffer
	for _, f := range fields {
		must(c.t, binary.Write(&b, binary.BigEndian, f))
	}
	_, err := c.Write(b.Bytes())
	must(c.t, err)
}

func (c client) read(n int) []byte {
	c.t.Helper()
	b := make([]byte, n)
	_, err := io.ReadFull(c, b)
	must(c.t, err)
	return b
}

// ended tells whether the server has hung up.
func (c client) ended() bool {
	_, err := c.Read(make([]byte, 1))
	return err != nil && !strings.Contains(err.Error(), "timeout")
}

func (c client) option(number uint32, data string) {
	c.t.Helper()
	c.send(uint64(magicOption), number, uint32(len(data)), []byte(data))
}

// answered is the kind of an option's answer, and its data.
func (c client) answered() (kind uint32, data string) {
	c.t.Helper()
	head := c.read(20)
	return binary.BigEndian.Uint32(head[12:]), string(c.read(int(binary.BigEndian.Uint32(head[16:]))))
}

func (c client) command(flags, kind uint16, at uint64, length uint32) (number uint32) {
	c.t.Helper()
	c.send(uint32(magicRequest), flags, kind, uint64(77), at, length)
	reply := c.read(16)
	if cookie := binary.BigEndian.Uint64(reply[8:]); binary.BigEndian.Uint32(reply) != magicReply || cookie != 77 {
		c.t.Fatalf("reply %x", reply)
	}
	return binary.BigEndian.Uint32(reply[4:])
}

func TestOptionsAreAnswered(t *testing.T) {
	d := newDisk(t, 8)
	socket, _ := serve(t, d)
	c := dial(t, socket, flagFixedNewstyle|flagNoZeroes)
	for _, o := range []struct {
		number uint32
		data   string
		want   uint32
	}{
		{5, "", repErrUnsup}, // TLS
		{8, "", repErrUnsup}, // structured replies
		{optGo, "\x00\x00\x00\x05other\x00\x00", repErrUnknown},
		{optGo, "\xff\xff\xff\xff\x00\x00", repErrInvalid}, // a name longer than the option
		{optInfo, "\x00", repErrInvalid},
	} {
		c.option(o.number, o.data)
		if kind, _ := c.answered(); kind != o.want {
			t.Errorf("option %d, %q: answer %#x, want %#x", o.number, o.data, kind, o.want)
		}
	}
	c.option(optList, "")
	if kind, name := c.answered(); kind != repServer || name != "\x00\x00\x00\x00" {
		t.Errorf("list: %#x %q", kind, name)
	}
	if kind, _ := c.answered(); kind != repAck {
		t.Errorf("end of the list: %#x", kind)
	}
	for _, option := range []uint32{optInfo, optGo} {
		c.option(option, "\x00\x00\x00\x00\x00\x00")
		if kind, info := c.answered(); kind != repInfo || info != "\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x0d" {
			t.Errorf("option %d: %#x %q", option, kind, info)
		}
		if kind, _ := c.answered(); kind != repAck {
			t.Errorf("option %d ends with %#x", option, kind)
		}
	}
	if number := c.command(0, cmdFlush, 0, 0); number != 0 {
		t.Errorf("flush: %d", number)
	}
}

func TestTheOldWayIn(t *testing.T) {
	d := newDisk(t, 8)
	socket, _ := serve(t, d)
	c := dial(t, socket, flagFixedNewstyle)
	c.option(optExportName, "")
	if got := c.read(8 + 2 + 124); string(got[:10]) != "\x00\x00\x00\x00\x00\x00\x10\x00\x00\x0d" {
		t.Errorf("export %q", got)
	}
	if number := c.command(0, cmdFlush, 0, 0); number != 0 {
		t.Errorf("flush: %d", number)
	}
	c = dial(t, socket, flagFixedNewstyle)
	c.option(optExportName, "other")
	if !c.ended() {
		t.Error("another export was served")
	}
}

// What cannot be done is answered, and the next command is understood; what is no
// protocol ends the connection, and no other one.
func TestCommandsThatCannotBeDone(t *testing.T) {
	d := newDisk(t, 8)
	socket, _ := serve(t, d)
	begin := func() client {
		c := dial(t, socket, flagFixedNewstyle|flagNoZeroes)
		c.option(optExportName, "")
		c.read(10)
		return c
	}
	c := begin()
	for _, r := range []struct {
		kind   uint16
		at     uint64
		length uint32
		want   uint32
	}{
		{cmdRead, 8 * SectorSize, 1, errnoInvalid},
		{cmdRead, 1<<64 - 1, 2, errnoInvalid},
		{4, 0, 512, errnoInvalid}, // trim
		{cmdFlush, 0, 0, 0},
	} {
		if number := c.command(0, r.kind, r.at, r.length); number != r.want {
			t.Errorf("%+v: %d", r, number)
		}
	}
	c.send(uint32(magicRequest), uint16(0), uint16(cmdWrite), uint64(77), uint64(8*SectorSize-1), uint32(2), []byte("ab"))
	if reply := c.read(16); binary.BigEndian.Uint32(reply[4:]) != errnoNoSpace {
		t.Errorf("write past the end: %x", reply)
	}
	if got := content(t, d); got[7] != 0 {
		t.Error("half of it was written")
	}
	big := begin()
	big.send(uint32(magicRequest), uint16(0), uint16(cmdRead), uint64(77), uint64(0), uint32(maxData+1))
	garbage := begin()
	garbage.send(uint32(1), make([]byte, 24))
	bye := begin()
	bye.send(uint32(magicRequest), uint16(0), uint16(cmdDisconnect), uint64(77), uint64(0), uint32(0))
	flags := dial(t, socket, flagFixedNewstyle|4)
	abort := dial(t, socket, flagFixedNewstyle)
	abort.option(optAbort, "")
	if kind, _ := abort.answered(); kind != repAck {
		t.Errorf("abort: %#x", kind)
	}
	for name, c := range map[string]client{"too much": big, "garbage": garbage, "good-bye": bye, "unknown flags": flags, "abort": abort} {
		if !c.ended() {
			t.Errorf("%s: still connected", name)
		}
	}
	if number := c.command(0, cmdFlush, 0, 0); number != 0 {
		t.Errorf("flush: %d", number)
	}
}

// A machine whose disk stopped gets no answer, only the end when the power is cut.
func TestAStoppedDiskIsSilent(t *testing.T) {
	d := newDisk(t, 8)
	socket, _ := serve(t, d)
	c := dial(t, socket, flagFixedNewstyle|flagNoZeroes)
	c.option(optExportName, "")
	c.read(10)
	stopped := d.StopAfter(1)
	c.send(uint32(magicRequest), uint16(0), uint16(cmdWrite), uint64(77), uint64(0), uint32(SectorSize), filled(1, 1))
	c.send(uint32(magicRequest), uint16(0), uint16(cmdFlush), uint64(78), uint64(0), uint32(0))
	<-stopped
	losses, err := d.Cut(seeded(1))
	must(t, err)
	if losses.Unflushed != 1 {
		t.Errorf("%v", losses)
	}
	if !c.ended() {
		t.Error("it answered, or stayed")
	}
}
