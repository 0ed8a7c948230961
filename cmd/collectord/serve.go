package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"checkpoint/cmd/internal/cli"
	boxfaults "checkpoint/console/faults"
	"checkpoint/store/stages"
	"checkpoint/sync/collector/pages"
	"checkpoint/sync/collector/view"
)

// paging is the section of the pages that offices open in a browser.
type paging struct {
	Name        string   `toml:"name"`   // of the province, as people write it
	Listen      string   `toml:"listen"` // address and port
	Hosts       []string `toml:"hosts"`  // names by which browsers ask
	Certificate string   `toml:"certificate"`
	Key         string   `toml:"key"`
	RolloutPlan string   `toml:"rollout_plan"` // file; empty: every box at once
	Health      string   `toml:"health"`
}

// defaultPages is where the pages are served where nobody names another address.
const defaultPages = "127.0.0.1:8443"

func serveCommand() *cli.Command {
	var d daemonFlags
	return &cli.Command{
		Name: "serve", Short: "các trang cho cơ quan của tỉnh / the pages that the province's offices open in a browser",
		Examples: []string{"collectord serve", "collectord serve --config collector.toml --check"},
		Flags:    d.add,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return tooMuch(args)
			}
			c, err := readConfig(d.config, (*config).forServe)
			if err != nil {
				return err
			}
			if d.check {
				fmt.Fprintf(io.Out, "%s: ok\n", d.config)
				return nil
			}
			return c.serve(ctx, d.config, slog.New(slog.NewTextHandler(io.Err, nil)))
		},
	}
}

func (c *config) forServe(f *faults) {
	c.forOffice(f)
	p := c.Pages
	if strings.TrimSpace(p.Name) == "" {
		f.add("pages.name: missing")
	}
	for _, name := range p.Hosts {
		if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, "/:@ ") {
			f.add("pages.hosts: %q: want a name in small letters, without port or scheme, such as chot.example", name)
		}
	}
	if p.RolloutPlan != "" && !filepath.IsAbs(p.RolloutPlan) {
		f.add("pages.rollout_plan: %q is no absolute path", p.RolloutPlan)
	}
	f.loopback("pages.health", p.Health)
	if _, _, err := net.SplitHostPort(p.Listen); err != nil {
		f.add("pages.listen: %w", err)
		return
	}
	if p.secured() {
		f.file("pages.certificate", p.Certificate, false)
		f.file("pages.key", p.Key, true)
		return
	}
	if host, _, _ := net.SplitHostPort(p.Listen); host != "localhost" && !net.ParseIP(host).IsLoopback() {
		f.add("pages.listen: %q: without a certificate this machine alone may be served: name pages.certificate and pages.key", p.Listen)
	}
}

func (p paging) secured() bool { return p.Certificate != "" || p.Key != "" }

// certificate reads the files at each new connection: a renewed one needs no restart.
func (p paging) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(p.Certificate, p.Key)
	return &c, err
}

func (c *config) serve(ctx context.Context, file string, log *slog.Logger) error {
	var certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	if c.Pages.secured() {
		if _, err := c.Pages.certificate(nil); err != nil {
			return cli.Hint(fmt.Errorf("pages.certificate: %w", err), "chứng thư và khoá phải cùng một cặp / certificate and key must belong together")
		}
		certificate = c.Pages.certificate
	}
	_, v, err := openView(ctx, file)
	if err != nil {
		return err
	}
	defer v.Pool.Close()
	o, err := c.openOffice(ctx)
	if err != nil {
		return err
	}
	defer o.Close()
	l, err := net.Listen("tcp", c.Pages.Listen)
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if err := databaseLacks(ctx, v); err != nil {
		log.Warn("pages: the database does not answer yet", "error", err)
	}
	log.Info("pages", "listen", l.Addr().String(), "tls", certificate != nil)
	server := pages.New(pages.Config{
		Province: c.Pages.Name, View: v, Office: o, Hosts: c.Pages.Hosts, Secure: certificate != nil, Clocks: c.View.Clocks, Log: log,
		FaultTitle: faultTitle, Plan: func() (*stages.Plan, error) { return readPlan(c.Pages.RolloutPlan) },
	})
	stop, err := serveHealth(c.Pages.Health, log, func(w http.ResponseWriter, metrics bool) {
		lacks := databaseLacks(ctx, v)
		if metrics {
			pagesMetrics(w, lacks == nil, server.Answers())
		} else {
			pagesPage(w, lacks, server.Answers())
		}
	})
	if err != nil {
		_ = l.Close()
		return err
	}
	defer stop()
	err = server.Serve(ctx, l, certificate)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// faultTitle is what a box's technician reads of a fault.
func faultTitle(code string) view.Column {
	f, _ := boxfaults.Of(boxfaults.Code(code))
	return view.Column{Vietnamese: f.Title.VI, English: f.Title.EN}
}
