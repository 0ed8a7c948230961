// Command demo-province is `make run-province`: a province on one machine. It
// runs Mosquitto on the files of docs/broker, PostgreSQL, both collectord
// daemons, the offices' pages, filled with some days of a province around, and
// three enrolled checkpoints, each the real daemon with a virtual scanner that
// somebody shows a card to now and then. It is for trying things
// out and is never shipped.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/headquarters"
	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/stand"
)

const provinceID = "mau"

func main() { os.Exit(cli.Process(command())) }

func command() *cli.Command {
	var d demo
	return &cli.Command{
		Name: "demo-province", Short: "chạy thử cả tỉnh trên một máy / a whole province on one machine",
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&d.dir, "dir", ".run/province", "directory for everything it makes; what is there is gone on with")
			f.IntVar(&d.people, "people", 10000, "how many people the sample province has")
		},
		Run: func(ctx context.Context, io cli.IO, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			d.bin, d.io = filepath.Dir(self), io
			if d.dir, err = filepath.Abs(d.dir); err != nil {
				return err
			}
			return stand.Run(func(s *stand.Stand) error { return d.run(ctx, s) })
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

func (d *demo) run(ctx context.Context, s *stand.Stand) error {
	if err := os.MkdirAll(d.dir, 0o755); err != nil { // PostgreSQL's user comes through
		return err
	}
	if err := rig.Sample(ctx, d.bin, d.dir, d.people, d.io); err != nil {
		return err
	}
	if err := d.authority(ctx); err != nil {
		return err
	}
	h := headquarters.Start(s, headquarters.Options{
		Bin: d.bin, Docs: "docs", Dir: d.dir, Database: d.path("postgres"), Province: provinceID,
		Keys: d.path("keys"), Certificates: issued(d.path("certs")),
	})
	others, err := d.peopleAround()
	if err != nil {
		return err
	}
	h.Tool("people", "import", "--database", h.Cluster.URLFor("checkpoint_people", headquarters.Database), d.path("sample", "people.csv"), others)
	if err := d.daysOf(ctx, h); err != nil {
		return err
	}
	if err := d.openPages(ctx, h); err != nil {
		return err
	}
	h.Run("receive")
	h.Run("open")
	var boxes []*box
	for n := 1; n <= 3; n++ {
		b, err := d.box(ctx, s, n, h.Broker.SecureURL())
		if err != nil {
			return err
		}
		boxes = append(boxes, b)
	}
	h.Tool("boxes", "import", "--database", h.Cluster.URLFor("checkpoint_boxes", headquarters.Database), d.path("office"))
	d.greet(h, boxes)
	err = d.show(ctx, boxes)
	if errors.Is(err, context.Canceled) {
		return nil // Ctrl-C
	}
	return err
}

// authority makes the province's certificates, once.
func (d *demo) authority(ctx context.Context) error {
	if _, err := os.Stat(d.path("certs", "broker.pem")); err == nil {
		return nil
	}
	for _, args := range [][]string{
		{"ca", "init"},
		{"ca", "issue", "broker", "--host", "127.0.0.1", "--name", "broker", "--out", d.path("certs")},
		{"ca", "issue", "collector", "--name", "collector." + headquarters.CollectorID, "--out", d.path("certs")},
	} {
		if err := d.office(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// office runs provincectl on this province's keys and register.
func (d *demo) office(ctx context.Context, args ...string) error {
	return d.tool(ctx, "provincectl", append(args, "--keys", d.path("keys"), "--office", d.path("office"))...)
}

func (d *demo) tool(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(d.bin, name), args...)
	cmd.Stdout, cmd.Stderr = d.io.Out, d.io.Err
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return nil
}

// issued is where provincectl wrote certificates.
type issued string

// Files implements mosquittotest.Certificates.
func (i issued) Files(name string) (ca, cert, key string) {
	at := func(name string) string { return filepath.Join(string(i), name) }
	return at("ca.pem"), at(name + ".pem"), at(name + ".key")
}

func (d *demo) greet(h *headquarters.Headquarters, boxes []*box) {
	fmt.Fprint(d.io.Out, "\nThe province runs.\n")
	for _, b := range boxes {
		fmt.Fprintf(d.io.Out, "  %s: the guard's page http://%s/ , the public's http://%s/public\n", b.id, b.page, b.page)
	}
	d.greetOffices(h)
	fmt.Fprintf(d.io.Out, `  records come in: http://%s/ , are opened: http://%s/
  what they say:   psql '%s' -c 'select at, box, verdict, commune from opened.scan order by at desc limit 10'
Cards are shown by themselves; a guard who does not answer within some seconds lets pass. Ctrl-C ends it.

`, h.ReceiveHealth, h.OpenHealth, h.Cluster.URLFor("checkpoint_view", headquarters.Database))
}
