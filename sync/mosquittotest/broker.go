package mosquittotest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// TB is what is needed of a [testing.TB], so that helper commands can stand in
// for a test.
type TB interface {
	Helper()
	Cleanup(func())
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	Failed() bool
	TempDir() string
}

// Broker is one Mosquitto. Its methods are for the test's own goroutine.
type Broker struct {
	t    TB
	bin  string
	dir  string
	addr string
	cmd  *exec.Cmd
}

// Start runs a broker until the test ends. Extra lines go to its
// configuration, after the listener's. A machine without Mosquitto fails the
// test: the promises it proves cannot be had from a lesser broker.
func Start(t TB, extra ...string) *Broker {
	t.Helper()
	b := &Broker{t: t, bin: find(t), dir: t.TempDir(), addr: freeAddr(t)}
	b.configure(extra)
	b.run()
	return b
}

// StartFile runs a broker on a configuration of the test's own: rewrite is given
// the address to listen on and a directory for the broker's data.
func StartFile(t TB, rewrite func(port, dir string) string) *Broker {
	t.Helper()
	b := &Broker{t: t, bin: find(t), dir: t.TempDir(), addr: freeAddr(t)}
	_, port, _ := net.SplitHostPort(b.addr)
	b.write("user root\nlog_dest file " + filepath.Join(b.dir, "mosquitto.log") + "\n" + rewrite(port, b.dir))
	b.run()
	return b
}

func (b *Broker) run() {
	b.t.Helper()
	t := b.t
	t.Cleanup(func() {
		b.stop()
		if t.Failed() {
			b.showLog()
		}
	})
	b.Restart()
}

// Addr is the broker's host:port, the same over restarts.
func (b *Broker) Addr() string { return b.addr }

// PID is the broker's process.
func (b *Broker) PID() int { return b.cmd.Process.Pid }

// URL is the broker's address for a client without TLS.
func (b *Broker) URL() string { return "tcp://" + b.addr }

// SecureURL is the broker's address for a client with TLS, see [TLS].
func (b *Broker) SecureURL() string { return "ssl://" + b.addr }

// TLS are lines that make a broker take TLS only, from clients with a
// certificate of the authority ca; further ones may follow.
func TLS(ca, cert, key string, more ...string) []string {
	return append([]string{"cafile " + ca, "certfile " + cert, "keyfile " + key, "require_certificate true"}, more...)
}

// Kill ends the broker as a power cut would: SIGKILL, nothing saved.
func (b *Broker) Kill() {
	b.t.Helper()
	if b.cmd == nil {
		b.t.Fatal("mosquitto is not running")
	}
	b.stop()
}

// Restart starts the broker again on its port and data, and waits until it
// accepts connections.
func (b *Broker) Restart() {
	b.t.Helper()
	b.stop()
	cmd := exec.Command(b.bin, "-c", filepath.Join(b.dir, "mosquitto.conf"))
	if err := cmd.Start(); err != nil {
		b.t.Fatalf("start mosquitto: %v", err)
	}
	b.cmd = cmd
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		conn, err := net.DialTimeout("tcp", b.addr, time.Second)
		if err == nil {
			conn.Close()
			return
		}
		time.Sleep(5 * time.Millisecond) // another process: nothing to wait on but its port
	}
	b.showLog()
	b.t.Fatal("mosquitto does not accept connections")
}

func (b *Broker) stop() {
	if b.cmd == nil {
		return
	}
	if err := b.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		b.t.Errorf("kill mosquitto: %v", err)
	}
	_ = b.cmd.Wait() // a killed process always reports the signal
	b.cmd = nil
}

func (b *Broker) configure(extra []string) {
	b.t.Helper()
	_, port, _ := net.SplitHostPort(b.addr)
	lines := append([]string{
		"user root", // only looked at when started by root: keep access to the test's folder
		"persistence true",
		"persistence_location " + b.dir + "/",
		"log_dest file " + filepath.Join(b.dir, "mosquitto.log"),
		"log_type all",
		"allow_anonymous true",
		"listener " + port + " 127.0.0.1",
	}, extra...)
	b.write(strings.Join(lines, "\n") + "\n")
}

func (b *Broker) write(conf string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, "mosquitto.conf"), []byte(conf), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *Broker) showLog() {
	log, err := os.ReadFile(filepath.Join(b.dir, "mosquitto.log"))
	if err != nil {
		b.t.Logf("mosquitto left no log: %v", err)
		return
	}
	const last = 8 << 10
	b.t.Logf("end of mosquitto's log:\n%s", log[max(0, len(log)-last):])
}

func find(t TB) string {
	t.Helper()
	for _, name := range []string{"mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"} {
		if bin, err := exec.LookPath(name); err == nil {
			return bin
		}
	}
	t.Fatal("mosquitto is missing; run: sudo apt-get install --yes --no-install-recommends mosquitto")
	return ""
}

func freeAddr(t TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(fmt.Errorf("find a free port: %w", err))
	}
	defer l.Close()
	return l.Addr().String()
}
