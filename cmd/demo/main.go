// Command demo is `make run`: a whole checkpoint on one machine, with nothing
// else installed. It invents a province, signs its data, and runs the real
// daemon on it with a virtual scanner, a simulated gate, a broker and a
// receiver of its own. It is for trying things out and is never shipped.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/console/pin"
)

func main() { os.Exit(cli.Process(command())) }

func command() *cli.Command {
	var d demo
	return &cli.Command{
		Name: "demo", Short: "chạy thử cả hệ thống trên một máy / a whole checkpoint on one machine",
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&d.dir, "dir", ".run", "directory for everything it makes")
			f.IntVar(&d.people, "people", 10000, "how many people the sample province has")
		},
		Run: func(ctx context.Context, io cli.IO, _ []string) error {
			var err error
			if d.dir, err = filepath.Abs(d.dir); err != nil {
				return err
			}
			if d.bin, err = os.Executable(); err != nil {
				return err
			}
			d.bin, d.io = filepath.Dir(d.bin), io
			return d.run(ctx)
		},
	}
}

type demo struct {
	dir, bin string
	people   int
	io       cli.IO
}

func (d *demo) path(names ...string) string {
	return filepath.Join(append([]string{d.dir}, names...)...)
}

func (d *demo) run(ctx context.Context) error {
	if _, err := control.NewClient(d.path("run")).Status(ctx); err == nil {
		return cli.Hint(fmt.Errorf("a sample checkpoint runs already in %s", d.dir), "kết thúc chốt đó trước, hoặc đặt --dir riêng / end it first, or give this one its own --dir")
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	scanner, err := newVirtualScanner(d.path("run", "scanner"))
	if err != nil {
		return err
	}
	defer scanner.close()
	broker, err := startBroker()
	if err != nil {
		return err
	}
	defer broker.close()
	collecting, err := d.collect(ctx, broker.url)
	if err != nil {
		return err
	}
	defer collecting()
	address, err := d.configure(scanner.device, broker.url)
	if err != nil {
		return err
	}
	d.greet(scanner, address)
	return d.daemon(ctx)
}

// prepare makes the province, its keys and today's signed snapshot with the
// real tools, and loads it as a technician would.
func (d *demo) prepare(ctx context.Context) error {
	for _, dir := range []string{d.path("run"), d.path("state")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if _, err := os.Stat(d.path("keys", "province.json")); err != nil {
		if err := d.tool(ctx, "provincectl", "keys", "init", "--province", "mau", "--stretch=false", "--out", d.path("keys")); err != nil {
			return err
		}
	}
	sample, snap := d.path("sample"), d.path("snap")
	if err := os.RemoveAll(snap); err != nil {
		return err
	}
	number := fmt.Sprint(time.Now().Unix()) // rises from run to run
	steps := [][]string{
		{"provincectl", "sample", "--people", fmt.Sprint(d.people), "--seed", "7", "--out", sample},
		{"provincectl", "snapshot", "build", "--people", sample + "/people.csv", "--doses", sample + "/doses.csv", "--cases", sample + "/cases.csv", "--withdrawn", sample + "/withdrawn.csv", "--policy", sample + "/policy.toml", "--keys", d.path("keys"), "--stretch=false", "--number", number, "--out", snap},
		{"provincectl", "snapshot", "sign", "--key", d.path("keys", "officer-1.key"), "--confirm", number, snap},
		{"provincectl", "snapshot", "sign", "--key", d.path("keys", "officer-2.key"), "--confirm", number, snap},
	}
	for _, s := range steps {
		if err := d.tool(ctx, s[0], s[1:]...); err != nil {
			return err
		}
	}
	if err := d.enrol(); err != nil {
		return err
	}
	return d.tool(ctx, "checkpointctl", "snapshot", "load", "--data", d.path("state"), "--run", d.path("run"), snap)
}

// enrol gives the box what an enrolment would: the province's public keys and
// the pepper.
func (d *demo) enrol() error {
	for _, name := range []string{"province.json", "pepper"} {
		b, err := os.ReadFile(d.path("keys", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(d.path("state", name), b, 0o600); err != nil {
			return err
		}
	}
	_ = os.Remove(d.path("run", "cards"))
	return os.Symlink(d.path("sample", "cards"), d.path("run", "cards"))
}

func (d *demo) tool(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(d.bin, name), args...)
	cmd.Stdout, cmd.Stderr = d.io.Out, d.io.Err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

const configuration = `# made by make run; docs/checkpoint.toml explains every key
box = "thu-0001"
province = "mau"
site = "Cổng thử"
site_type = "building"
state_dir = %q
run_dir = %q
decision_inputs = ["page", "control"]
lead_pins = [%q] # 246810

[page]
listen = %q

[clock]
mode = "always" # this machine's clock is somebody else's business

[mqtt]
broker = %q

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

func (d *demo) configure(device, broker string) (page string, err error) {
	if page, err = freeAddress("127.0.0.1:8080"); err != nil {
		return "", err
	}
	lead, err := pin.Hash("246810")
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf(configuration, d.path("state"), d.path("run"), lead, page, broker, device)
	return page, os.WriteFile(d.path("checkpoint.toml"), []byte(text), 0o644)
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

func (d *demo) greet(s *virtualScanner, page string) {
	ctl := filepath.Join(d.bin, "checkpointctl")
	if here, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(here, ctl); err == nil {
			ctl = "./" + short
		}
	}
	fmt.Fprintf(d.io.Out, `
The checkpoint runs. The guard's page: http://%[4]s/ , the public's: http://%[4]s/public
In another terminal:
  %[1]s scan --sample green      (amber, red, unknown, withdrawn, child, place, …)
  %[1]s decide passed            (denied, undo)
  %[1]s status
or write any bytes to the virtual scanner: printf 'xin chào\r' > %[2]s
Printable cards: %[3]s. Ctrl-C ends it.

`, ctl, s.path, d.path("sample", "cards"), page)
}

func (d *demo) daemon(ctx context.Context) error {
	cmd := exec.Command(filepath.Join(d.bin, "checkpointd"), "--config", d.path("checkpoint.toml"), "--terminal")
	cmd.Stdout, cmd.Stderr = d.io.Out, d.io.Err
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM} // Ctrl-C reaches it once, through us
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer stop()
	if err := cmd.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("checkpointd: %w", err)
	}
	return nil
}
