package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"checkpoint/console/control"
	"checkpoint/console/doctor"
	"checkpoint/console/faults"
	"checkpoint/store/keys"
	"checkpoint/store/lossfs"
	"checkpoint/store/snapshot"
	"checkpoint/sync/enrol"
)

// injected is one fault put into a box that is well, before or after its daemon
// starts.
type injected struct {
	settings settings
	bare     bool                     // no snapshot is loaded
	before   func(r *rig)             // the daemon starts
	config   func(text string) string // changes the configuration
	after    func(r *rig, d *process) // the daemon answers
	attr     *syscall.SysProcAttr     // of daemon and doctor
	want     faults.Code              // the only fault that is named
	row      faults.Row               // where
	next     string                   // part of the next step
}

// theFaults are what a box is tried with. Each is named in its row with what
// mends it, and nothing that it brings about is named beside it.
func theFaults() map[string]injected {
	return map[string]injected{
		"nothing":          {},
		"scanner gone":     {after: func(r *rig, d *process) { r.unplug(); d.awaitReader(false) }, want: faults.ScannerGone, row: faults.RowScanner, next: "checkpointctl detect"},
		"camera dark":      {settings: settings{Reader: "DARK"}, want: faults.CameraBlind, row: faults.RowCamera, next: "lens"},
		"camera gone":      {settings: settings{Reader: "name = \"camera\"\nkind = \"camera\"\npath = \"/dev/no-such-camera\"\n"}, want: faults.CameraGone, row: faults.RowCamera, next: "checkpointctl detect"},
		"chip gone":        {config: replace(`driver = "simulated", relay_pulse_ms = 100`, `driver = "gpio", green = "no-such-line"`), want: faults.GateLost, row: faults.RowGate, next: "checkpointctl detect"},
		"clock wrong":      {before: func(r *rig) { r.floor(time.Now().Add(2 * time.Hour)) }, want: faults.ClockNotTrusted, row: faults.RowClock, next: "timedatectl set-ntp true"},
		"no snapshot":      {bare: true, want: faults.NoSnapshot, row: faults.RowSnapshot, next: "checkpointctl snapshot load"},
		"snapshot stale":   {bare: true, before: func(r *rig) { r.aged(30) }, want: faults.SnapshotStale, row: faults.RowSnapshot, next: "checkpointctl snapshot load"},
		"snapshot too old": {bare: true, before: func(r *rig) { r.aged(60) }, want: faults.SnapshotTooOld, row: faults.RowSnapshot, next: "checkpointctl snapshot load"},
		"snapshot rotten":  {after: func(r *rig, _ *process) { r.rot(1) }, want: faults.SnapshotDamaged, row: faults.RowSnapshot, next: "checkpointctl snapshot load"},
		"pepper readable":  {before: func(r *rig) { r.must(os.Chmod(r.state(keys.PepperFile), 0o644)) }, want: faults.KeysUnusable, row: faults.RowKeys, next: "checkpointctl enrol"},
		"broker refused":   {settings: settings{Broker: nowhere()}, want: faults.BrokerUnreachable, row: faults.RowBroker, next: "doctor --only network,broker"},
		"cable out":        {settings: settings{Broker: "ssl://192.0.2.1:8883"}, before: (*rig).elsewhere, attr: &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}, want: faults.CableOut, row: faults.RowNetwork, next: "ip -brief link"},
		"certificate over": {before: func(r *rig) { r.identity(time.Now().Add(-time.Hour)) }, want: faults.CertificateOver, row: faults.RowCertificate, next: "checkpointctl enrol"},
		"certificate ends": {before: func(r *rig) { r.identity(time.Now().Add(240 * time.Hour)) }, want: faults.CertificateEnds, row: faults.RowCertificate, next: "checkpointctl enrol"},
		"page not open":    {settings: settings{More: "[page]\nlisten = \"127.0.0.1:0\"\nnetwork = \"192.0.2.1:8443\"\n"}, after: (*rig).pageShut, want: faults.PageNotOpen, row: faults.RowPage, next: "ip -brief address"},
		"daemon dead":      {after: func(_ *rig, d *process) { d.kill() }, want: faults.DaemonDead, row: faults.RowDaemon, next: "systemctl restart checkpointd"},
	}
}

func replace(old, by string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, by, 1) }
}

// change rewrites the configuration.
func (r *rig) change(path string, by func(string) string) {
	r.t.Helper()
	text, err := os.ReadFile(path)
	r.must(err)
	r.must(os.WriteFile(path, []byte(by(string(text))), 0o644))
}

// pageShut waits until the daemon has tried an address that this machine has not.
func (r *rig) pageShut(d *process) {
	r.t.Helper()
	d.awaitStatus("why the page is not open", func(s control.Status) bool { return s.Page != nil && s.Page.Fault != "" })
}

// nowhere is an address at which nothing listens.
func nowhere() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return "tcp://" + l.Addr().String()
}

func TestDoctorNamesEachFaultInItsRowWithTheNextStep(t *testing.T) {
	for name, c := range theFaults() {
		t.Run(name, func(t *testing.T) {
			if c.settings.Reader == "DARK" {
				c.settings.Reader = dark(t)
			}
			r := newRig(t, c.settings)
			if !c.bare {
				r.must(r.province.load(r.settings.State, 1))
			}
			r.plug()
			path := r.configure()
			if c.config != nil {
				r.change(path, c.config)
			}
			if c.before != nil {
				c.before(r)
			}
			d := r.startIn(path, c.attr)
			if c.settings.Reader == "" {
				d.awaitReader(true)
			}
			if c.after != nil {
				c.after(r, d)
			}
			r.diagnosed(path, c)
		})
	}
}

// diagnosed asks doctor until it names this fault and no other.
func (r *rig) diagnosed(path string, c injected) {
	r.t.Helper()
	var bad []doctor.Row
	var code int
	var text string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var rows []doctor.Row
		rows, code, text = examine(r.t, c.attr, "--config", path)
		bad = slices.DeleteFunc(slices.Clone(rows), func(row doctor.Row) bool { return row.State == doctor.OK || row.State == doctor.Unknown })
		if c.want == "" && len(bad) == 0 || len(bad) == 1 && bad[0].Code == c.want {
			break
		}
	}
	if c.want == "" {
		if len(bad) > 0 || code != 0 {
			r.t.Errorf("a box that is well: code %d\n%s", code, text)
		}
		return
	}
	if len(bad) != 1 || bad[0].Code != c.want || bad[0].Row != c.row {
		r.t.Fatalf("want %s in %s, got:\n%s", c.want, c.row, text)
	}
	if step := bad[0].Act.EN + " " + bad[0].Next; !strings.Contains(step, c.next) {
		r.t.Errorf("next step %q, want %q", step, c.next)
	}
	f, _ := faults.Of(c.want)
	if want := map[faults.Severity]int{faults.Warn: 0, faults.Fail: 1}[f.Severity]; code != want {
		r.t.Errorf("exit code %d, want %d", code, want)
	}
	if _, code, _ := examine(r.t, c.attr, "--config", path, "--strict"); code != 1 {
		r.t.Errorf("exit code %d with --strict", code)
	}
	if bad[0].Code == faults.DaemonDead && !strings.HasPrefix(text, "[\n  {\n    \"row\": \"daemon\"") {
		r.t.Errorf("that the daemon is dead is not said first:\n%s", text)
	}
}

// examine runs the real `checkpointctl doctor --json`.
func examine(t testing.TB, attr *syscall.SysProcAttr, args ...string) (rows []doctor.Row, code int, text string) {
	t.Helper()
	cmd := exec.Command(tool(t, "checkpointctl"), append([]string{"doctor", "--json"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &out, &errs, attr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatalf("%v: %s%s", err, &out, &errs)
	}
	return rows, cmd.ProcessState.ExitCode(), out.String()
}

// floor makes a time the newest that the province signed.
func (r *rig) floor(at time.Time) {
	r.t.Helper()
	r.must(os.WriteFile(r.state("clock-floor"), []byte(at.UTC().Format(time.RFC3339Nano)+"\n"), 0o600))
}

// aged loads the sample's data as they were built that many hours ago.
func (r *rig) aged(hours uint64) {
	r.t.Helper()
	raw, _, err := snapshot.ReadBundle(r.province.snapshot(1))
	r.must(err)
	m, err := snapshot.PeekManifest(raw)
	r.must(err)
	m.Number, m.Created = 100+hours, time.Now().Add(-time.Duration(hours)*time.Hour).Unix()
	to := r.province.snapshot(m.Number)
	r.must(os.MkdirAll(to, 0o755))
	if out, err := exec.Command("cp", "-r", snapshot.LayersDir(r.province.snapshot(1)), to).CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
	r.must(r.province.sign(m.Number, m))
	r.must(r.province.load(r.settings.State, m.Number))
}

// identity gives the box a certificate of its own making that ends then.
func (r *rig) identity(until time.Time) {
	r.t.Helper()
	path := r.state(enrol.IdentityFile)
	r.must(os.MkdirAll(filepath.Dir(path), 0o700))
	cert, key := selfSigned(r.t, until)
	r.must(os.WriteFile(path, append(cert, key...), 0o600))
}

// certify gives the box what it takes to go to a broker over TLS, and the lines of
// its configuration that say so.
func (r *rig) certify() (lines string, cert, key []byte) {
	r.t.Helper()
	cert, key = selfSigned(r.t, time.Now().Add(100*24*time.Hour))
	for name, b := range map[string][]byte{"ca.pem": cert, "box.pem": cert, "box.key": key} {
		r.must(os.WriteFile(r.path(name), b, 0o600))
	}
	return fmt.Sprintf("ca = %q\ncert = %q\nkey = %q\n", r.path("ca.pem"), r.path("box.pem"), r.path("box.key")), cert, key
}

// elsewhere has the box go to its broker over TLS.
func (r *rig) elsewhere() {
	lines, _, _ := r.certify()
	r.change(r.path("checkpoint.toml"), replace("[mqtt]\n", "[mqtt]\n"+lines))
}

// selfSigned is a certificate for 127.0.0.1, and its key, both PEM.
func selfSigned(t testing.TB, until time.Time) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "thu-0001"}, NotBefore: until.Add(-365 * 24 * time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// dark is a camera before which there is no light.
func dark(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	night := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range night.Pix {
		night.Pix[i] = byte(2 + i%3)
	}
	night.SetGray(1, 1, color.Gray{Y: 9})
	var file bytes.Buffer
	if err := errors.Join(png.Encode(&file, night), os.WriteFile(filepath.Join(folder, "night.png"), file.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("name = \"camera\"\nkind = \"camera\"\n[lane.reader.camera]\nfolder = %q\nfps = 15\n", folder)
}

// A card that is full, and one that fails, are told apart: one wants a link, the
// other another card.
func TestDoctorTellsAFullCardFromOneThatFails(t *testing.T) {
	fs := lossfs.Mount(t, lossfs.Options{})
	state := filepath.Join(fs.Dir(), "state")
	p := theProvince(t)
	if err := errors.Join(p.enrol(state), p.load(state, 1)); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, settings{State: state})
	r.plug()
	d := r.start()
	d.awaitReader(true)
	fs.SetCapacity(fs.Used() + 1<<20)
	r.diagnosed(r.path("checkpoint.toml"), injected{want: faults.DiskFull, row: faults.RowDisk, next: "df -h"})
	fs.SetCapacity(1 << 30)
	r.diagnosed(r.path("checkpoint.toml"), injected{})
	fs.FreezeAfter(0)
	r.diagnosed(r.path("checkpoint.toml"), injected{want: faults.DiskReadOnly, row: faults.RowDisk, next: "change the card"})
	d.kill()
}

// A broker that answers and does not take the box is no broker that is away.
func TestDoctorTellsABrokerThatRefusesFromOneThatIsAway(t *testing.T) {
	r := newReadyRig(t, settings{})
	lines, cert, key := r.certify()
	pair, err := tls.X509KeyPair(cert, key)
	r.must(err)
	others := x509.NewCertPool() // it believes nobody
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: others})
	r.must(err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = c.(*tls.Conn).Handshake(); c.Close() }()
		}
	}()
	path := r.configure()
	more := fmt.Sprintf("[mqtt]\nbroker = \"ssl://%s\"\n%s[[lane]]", l.Addr(), lines)
	r.change(path, replace("[[lane]]", more))
	d := r.startWith(path)
	d.awaitReader(true)
	r.diagnosed(path, injected{want: faults.BrokerRefuses, row: faults.RowBroker, next: "checkpointctl enrol"})
}

// A configuration that does not hold is said by the daemon that waits, and
// doctor says which line.
func TestDoctorOfABoxThatIsNotConfigured(t *testing.T) {
	r := newReadyRig(t, settings{More: "colour = \"green\"\n"})
	r.must(os.MkdirAll(r.settings.Run, 0o755))
	path := r.configure()
	d := r.startWith(path, "RUNTIME_DIRECTORY="+r.settings.Run)
	d.awaitStatus("its fault", func(s control.Status) bool { return s.Fault != "" })
	rows, code, text := examine(t, nil, "--config", path, "--run", r.settings.Run)
	i := slices.IndexFunc(rows, func(r doctor.Row) bool { return r.Code == faults.NotConfigured })
	if i < 0 || code != 6 || !strings.Contains(rows[i].Detail, "colour") || rows[i].Next != "checkpointd --check" {
		t.Errorf("code %d\n%s", code, text)
	}
}
