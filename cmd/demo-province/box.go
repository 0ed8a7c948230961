package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/stand"
	"checkpoint/console/control"
	"checkpoint/device/serial/pty"
	"checkpoint/store/build/sample"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
)

// box is one checkpoint: its daemon runs, and its scanner is ours.
type box struct {
	*control.Client
	id, page string
	scanner  *pty.Pair
}

const configuration = `# made by make run-province; docs/checkpoint.toml explains every key
box = %q
province = %q
site = "Cổng thử %d"
site_type = "building"
state_dir = %q
run_dir = %q
decision_inputs = ["page", "control"]

[page]
listen = %q

[clock]
mode = "always" # this machine's clock is somebody else's business

[mqtt]
broker = %q
ca = %q
cert = %q
key = %q

[[lane]]
name = "1"
direction = "in"
gate = { driver = "simulated" }

[[lane.reader]]
name = "scanner"
kind = "serial"
path = %q
suffix = "CR"
`

func (d *demo) box(ctx context.Context, s *stand.Stand, n int, broker string) (*box, error) {
	b := &box{id: fmt.Sprintf("cong-%d", n)}
	state, run := d.path(b.id, "state"), d.path(b.id, "run")
	if err := errors.Join(os.MkdirAll(state, 0o700), os.MkdirAll(run, 0o755)); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(state, enrol.IdentityFile)); err != nil {
		if err := d.enrol(ctx, b.id, state); err != nil {
			return nil, err
		}
	}
	if err := d.tool(ctx, "checkpointctl", "snapshot", "load", "--data", state, "--run", run, d.path("snap")); err != nil {
		return nil, err
	}
	var err error
	if b.scanner, err = pty.Open(); err != nil {
		return nil, fmt.Errorf("virtual scanner: %w", err)
	}
	s.Cleanup(func() { b.scanner.Close() })
	if b.page, err = freeAddress(fmt.Sprintf("127.0.0.1:%d", 8080+n)); err != nil {
		return nil, err
	}
	identity := filepath.Join(state, enrol.IdentityFile)
	text := fmt.Sprintf(configuration, b.id, provinceID, n, state, run, b.page, broker, filepath.Join(state, enrol.AuthorityFile), identity, identity, b.scanner.Path)
	config := d.path(b.id, "checkpoint.toml")
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return nil, err
	}
	b.Client = control.NewClient(run)
	return b, d.daemon(s, b.id, config)
}

// enrol does what office and technician do with a stick where there is no network.
func (d *demo) enrol(ctx context.Context, id, state string) error {
	claim := d.path(id, "claim")
	if err := d.office(ctx, "box", "invite", id, "--site", "Cổng thử", "--site-type", "building", "--lane", "1:in", "--broker", "ssl://127.0.0.1:8883", "--out", claim); err != nil {
		return err
	}
	written := d.path(id, "written.toml") // the broker's port is another one each time, so that another is used
	if err := d.tool(ctx, "checkpointctl", "enrol", "--claim", claim, "--request", claim, "--data", state, "--config", written); err != nil {
		return err
	}
	if err := d.approve(id, claim); err != nil {
		return fmt.Errorf("approve %s: %w", id, err)
	}
	return d.tool(ctx, "checkpointctl", "enrol", "--reply", claim, "--data", state, "--config", written)
}

// approve is the office's part: here nobody reads a code out.
func (d *demo) approve(id, claim string) error {
	o, err := office.Open(d.path("keys"), d.path("office"))
	if err != nil {
		return err
	}
	message, err := os.ReadFile(filepath.Join(claim, enrol.RequestFile))
	if err != nil {
		return err
	}
	if _, err := o.Ask(message, "stick", time.Now()); err != nil && !errors.Is(err, enrol.ErrWaiting) {
		return err
	}
	request, err := enrol.DecodeRequest(message)
	if err != nil {
		return err
	}
	code, err := request.Code()
	if err != nil {
		return err
	}
	grant, err := o.Accept(id, code, time.Now(), office.DefaultLife)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(claim, enrol.ReplyFile), grant, 0o600)
}

// freeAddress is the address that is wished for, or another one of this machine
// where somebody else has it.
func freeAddress(wish string) (string, error) {
	l, err := net.Listen("tcp", wish)
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", err
		}
	}
	return l.Addr().String(), l.Close()
}

func (d *demo) daemon(s *stand.Stand, id, config string) error {
	log, err := os.Create(d.path(id, "checkpointd.log"))
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(d.bin, "checkpointd"), "--config", config)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // Ctrl-C reaches it once, through us
	if err := cmd.Start(); err != nil {
		return err
	}
	s.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // its log says what there is to say
		log.Close()
	})
	return nil
}

// show has people come by at random until ctx ends: some of the sample's cast,
// most of them others.
func (d *demo) show(ctx context.Context, boxes []*box) error {
	invented, err := sample.New(sample.Options{People: d.people, Seed: 7, Date: checkpoint.DateOf(time.Now())})
	if err != nil {
		return err
	}
	cast := invented.Cards()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second + rand.N(3*time.Second)):
		}
		b, payload := boxes[rand.N(len(boxes))], invented.Payload(rand.N(d.people))
		if rand.N(4) == 0 {
			payload = cast[rand.N(len(cast))].Payload
		}
		if _, err := io.WriteString(b.scanner.Master, payload+"\r"); err != nil {
			return err
		}
		time.AfterFunc(6*time.Second, func() { _ = b.Decide(ctx, control.Decide{Lane: "1", Answer: "passed"}) }) // unless a guard did, or nobody was asked
	}
}
