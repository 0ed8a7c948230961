package hil

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"checkpoint"
	"checkpoint/device/lab"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
	"checkpoint/sync/collector"
)

// What the host leaves for the guest.
const (
	stateDir  = "state"      // an enrolled box with a snapshot
	hostFile  = "host.json"  // a hostInfo
	cardsFile = "cards.json" // the sample cards
)

// hostInfo tells the guest where the province is.
type hostInfo struct {
	Broker  string // host:port, of MQTT
	Records string // address that answers with what the province has, as JSON
}

// arrived is a record that reached the province.
type arrived struct {
	Position checkpoint.Position
	Record   checkpoint.Record
}

// province is the host's side of the lab.
type province struct {
	dir     string
	broker  *exec.Cmd
	records *httptest.Server
	stop    context.CancelFunc
	ended   sync.WaitGroup

	mu   sync.Mutex
	have []arrived
}

// prepareProvince invents a province with the shipped tools, enrols a box for
// the guest, and starts what waits for its records.
func prepareProvince(bench string) (finish func() error, err error) {
	p := &province{}
	if p.dir, err = os.MkdirTemp("", "province"); err != nil {
		return nil, err
	}
	finish = p.close
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if err := p.enrol(bench); err != nil {
		return nil, err
	}
	port, err := p.startBroker()
	if err != nil {
		return nil, err
	}
	if err := p.collect(port); err != nil {
		return nil, err
	}
	p.records = httptest.NewServer(http.HandlerFunc(p.answer))
	info, err := json.Marshal(hostInfo{Broker: inGuest(port), Records: "http://" + inGuest(p.records.Listener.Addr().(*net.TCPAddr).Port)})
	if err != nil {
		return nil, err
	}
	return finish, os.WriteFile(filepath.Join(bench, hostFile), info, 0o600)
}

// inGuest is how the guest reaches a port of the host's loopback.
func inGuest(port int) string { return net.JoinHostPort(lab.Host, strconv.Itoa(port)) }

func (p *province) path(name string) string { return filepath.Join(p.dir, name) }

func (p *province) run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", filepath.Base(name), args, err, out)
	}
	return nil
}

// enrol leaves the state directory of a box that has its data.
func (p *province) enrol(bench string) error {
	state, snap, made := filepath.Join(bench, stateDir), p.path("snap"), p.path("sample")
	tool, ctl := p.path("bin/provincectl"), p.path("bin/checkpointctl")
	copyKeys := func() error {
		for _, name := range []string{"province.json", "pepper"} {
			if err := copyFile(filepath.Join(state, name), filepath.Join(p.path("keys"), name)); err != nil {
				return err
			}
		}
		return nil
	}
	return inTurn(
		func() error { return os.Mkdir(state, 0o700) },
		func() error {
			return p.run("go", "build", "-o", p.path("bin")+"/", "checkpoint/cmd/provincectl", "checkpoint/cmd/checkpointctl")
		},
		func() error { return p.run(tool, "keys", "init", "--province", "mau", "--out", p.path("keys")) },
		func() error { return p.run(tool, "sample", "--people", "500", "--out", made) },
		func() error {
			return p.run(tool, "snapshot", "build", "--people", made+"/people.csv", "--doses", made+"/doses.csv", "--cases", made+"/cases.csv",
				"--withdrawn", made+"/withdrawn.csv", "--policy", made+"/policy.toml", "--keys", p.path("keys"), "--number", "1", "--out", snap)
		},
		func() error { return p.run(tool, "snapshot", "sign", "--key", p.path("keys/officer-1.key"), snap) },
		func() error { return p.run(tool, "snapshot", "sign", "--key", p.path("keys/officer-2.key"), snap) },
		copyKeys,
		func() error { return p.run(ctl, "snapshot", "load", "--data", state, "--run", p.dir, snap) },
		func() error {
			return copyFile(filepath.Join(bench, cardsFile), filepath.Join(made, sample.CardsDir, sample.CardsFile))
		},
	)
}

func inTurn(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

// startBroker runs Mosquitto on a free port of loopback.
func (p *province) startBroker() (port int, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	conf := fmt.Sprintf("listener %d 127.0.0.1\nallow_anonymous true\n", port)
	if err := os.WriteFile(p.path("mosquitto.conf"), []byte(conf), 0o600); err != nil {
		return 0, err
	}
	program := "mosquitto"
	if _, err := exec.LookPath(program); err != nil {
		program = "/usr/sbin/mosquitto"
	}
	p.broker = exec.Command(program, "-c", p.path("mosquitto.conf"))
	p.broker.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.broker.Start(); err != nil {
		p.broker = nil
		return 0, fmt.Errorf("start mosquitto (.ci/deps installs it): %w", err)
	}
	return port, nil
}

// collect runs the province's receiver.
func (p *province) collect(port int) error {
	signer, err := keys.ReadSigner(p.path("keys/" + keys.CollectorFile))
	if err != nil {
		return err
	}
	records, err := keys.ReadRecords(p.path("keys/" + keys.RecordsFile))
	if err != nil {
		return err
	}
	store := collector.NewMemory()
	r, err := collector.New(collector.Options{
		Broker: fmt.Sprint("tcp://127.0.0.1:", port), Province: "mau", ID: "lab", Key: signer, Store: store,
		Source: store, Opener: &collector.KeyOpener{Key: records}, MinBackoff: 50 * time.Millisecond,
		OnRecord: func(_ string, at checkpoint.Position, r checkpoint.Record) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.have = append(p.have, arrived{at, r})
		},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.ended.Go(func() { r.Run(ctx) })
	return nil
}

func (p *province) answer(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = json.NewEncoder(w).Encode(p.have) // a guest that is gone needs no answer
}

func (p *province) close() error {
	if p.stop != nil {
		p.stop()
	}
	p.ended.Wait()
	if p.records != nil {
		p.records.Close()
	}
	if p.broker != nil {
		_ = p.broker.Process.Kill() // it may be gone
		_ = p.broker.Wait()         // and says how it ended
	}
	return os.RemoveAll(p.dir)
}
