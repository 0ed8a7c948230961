package card

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
)

const boxID = "the-0001"

// province is the far end: broker, collector, and the cards that people show.
type province struct {
	t      *testing.T
	dir    string
	broker *mosquittotest.Broker
	cards  []sample.Card

	mu   sync.Mutex
	have map[checkpoint.Position]checkpoint.Record
}

func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{t: t, dir: t.TempDir(), have: map[checkpoint.Position]checkpoint.Record{}}
	run(t, "go", "build", "-o", p.path("bin")+"/", "checkpoint/cmd/provincectl", "checkpoint/cmd/checkpointctl")
	var said strings.Builder
	if err := rig.Sample(t.Context(), p.path("bin"), p.dir, people, cli.IO{Out: &said, Err: &said}); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	b, err := os.ReadFile(filepath.Join(p.path("sample"), sample.CardsDir, sample.CardsFile))
	must(t, err)
	must(t, json.Unmarshal(b, &p.cards))
	authority := mosquittotest.NewAuthority(t)
	p.broker = mosquittotest.StartProvince(t, "../../../docs", "mau", authority)
	p.enrol(authority)
	p.collect(authority)
	return p
}

func (p *province) path(name string) string { return filepath.Join(p.dir, name) }

// daemon is the number of the daemon's user and group (image/system, sysusers.d).
const daemon = "870:870"

// data is what an enrolled box has on its data partition.
func (p *province) data() string { return p.path("data") }

// enrol fills it: state, with a snapshot, and configuration.
func (p *province) enrol(authority *mosquittotest.Authority) {
	p.t.Helper()
	state := filepath.Join(p.data(), "checkpoint")
	must(p.t, rig.Enrol(p.path("keys"), state))
	run(p.t, p.path("bin/checkpointctl"), "snapshot", "load", "--data", state, "--run", p.dir, p.path("snap"))
	must(p.t, os.Mkdir(filepath.Join(state, "broker"), 0o700))
	ca, cert, key := authority.Files(boxID)
	for to, from := range map[string]string{"ca.pem": ca, "box.pem": cert, "box.key": key} {
		b, err := os.ReadFile(from)
		must(p.t, err)
		must(p.t, os.WriteFile(filepath.Join(state, "broker", to), b, 0o600))
	}
	run(p.t, "chown", "-R", daemon, state)
	p.wire(&virtual)
}

// port of the broker.
func (p *province) port() string {
	p.t.Helper()
	_, port, err := net.SplitHostPort(p.broker.Addr())
	must(p.t, err)
	return port
}

// The host's clock is the guest's: nobody has to wait for a time server.
const configuration = `box = "%s"
province = "mau"
site = "Cổng thử"
site_type = "road"
%s
[clock]
mode = "always"
[update]
restart_window = "00:00-23:59"
[mqtt]
broker = "ssl://10.0.2.2:%s"
ca = "/var/lib/checkpoint/broker/ca.pem"
cert = "/var/lib/checkpoint/broker/box.pem"
key = "/var/lib/checkpoint/broker/box.key"
[[lane]]
name = "1"
direction = "in"
[lane.gate]
driver = "gpio"
green = "GPIO17"
amber = "GPIO27"
red = "GPIO22"
relay = "GPIO25"
relay_pulse_ms = 10000
[[lane.reader]]
name = "usb"
kind = "serial"
path = "%s"
`

// collect runs the province's receiver.
func (p *province) collect(authority *mosquittotest.Authority) {
	p.t.Helper()
	signer, err := keys.ReadSigner(p.path("keys/" + keys.CollectorFile))
	must(p.t, err)
	records, err := keys.ReadRecords(p.path("keys/" + keys.RecordsFile))
	must(p.t, err)
	store := collector.NewMemory()
	c, err := collector.New(collector.Options{
		Broker: p.broker.SecureURL(), TLS: authority.Client("collector.thu-1"), Province: "mau", ID: "thu-1", Key: signer, Store: store,
		Source: store, Opener: &collector.KeyOpener{Key: records}, MinBackoff: 50 * time.Millisecond,
		OnRecord: func(box string, at checkpoint.Position, r checkpoint.Record) {
			p.mu.Lock()
			defer p.mu.Unlock()
			if box == boxID {
				p.have[at] = r
			}
		},
	})
	must(p.t, err)
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { c.Run(ctx) })
	p.t.Cleanup(func() { stop(); ended.Wait() })
}

// admitted is of how many people records of being let in arrived: a slow board is
// shown a card more than once.
func (p *province) admitted() int {
	of, _ := p.admissions()
	return len(of)
}

// admissions are how often each document's holder was admitted, by the records
// that arrived; snapshot is the newest that one of these was decided by.
func (p *province) admissions() (of map[string]int, snapshot uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	of = map[string]int{}
	for _, r := range p.have {
		if r.Kind == checkpoint.RecordDecision && r.Verdict == checkpoint.Admit {
			of[r.Number]++
			snapshot = max(snapshot, r.Snapshot)
		}
	}
	return of, snapshot
}

// payload is what a scanner reads off a card of the sample.
func (p *province) payload(name string) string {
	p.t.Helper()
	for _, c := range p.cards {
		if c.Name == name {
			return c.Payload
		}
	}
	p.t.Fatalf("no card %s", name)
	return ""
}
