package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/certificates"
	"checkpoint/cmd/internal/cli"
	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/wire"
)

// daemonFlags are those of both daemons.
type daemonFlags struct {
	config string
	check  bool
}

func (d *daemonFlags) add(f *flag.FlagSet) {
	f.StringVar(&d.config, "config", defaultConfig, "tệp cấu hình / configuration file")
	f.BoolVar(&d.check, "check", false, "chỉ kiểm tra cấu hình / check the configuration, list every fault, and end")
}

func receiveCommand() *cli.Command {
	var d daemonFlags
	return &cli.Command{
		Name: "receive", Short: "nhận bản ghi từ các máy, chưa mở / take sealed records and give marks",
		Examples: []string{"collectord receive", "collectord receive --config collector.toml --check"},
		Flags:    d.add,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return tooMuch(args)
			}
			c, err := readConfig(d.config, (*config).forReceive)
			if err != nil {
				return err
			}
			if d.check {
				fmt.Fprintf(io.Out, "%s: ok\n", d.config)
				return nil
			}
			return c.receive(ctx, slog.New(slog.NewTextHandler(io.Err, nil)))
		},
	}
}

func (c *config) receive(ctx context.Context, log *slog.Logger) error {
	r := c.Receive
	signer, err := keys.ReadSigner(r.MarkKey)
	if err != nil {
		return err
	}
	certificate, err := r.MQTT.tls()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.StateDir, 0o700); err != nil {
		return err
	}
	store, err := postgres.Open(ctx, postgres.Options{URL: r.Database, Memo: durable.Bytes(filepath.Join(r.StateDir, "database-seen")), Log: log})
	if err != nil {
		return err
	}
	defer store.Close()
	boxes := newTally()
	receiver, err := collector.New(collector.Options{
		Broker: r.MQTT.Broker, TLS: certificate, Province: c.Province, ID: r.ID, Key: signer,
		Store: store, Photos: store, Log: log, Check: ofItsSegment, OnCommit: boxes.add, Fleet: store,
	})
	if err != nil {
		return err
	}
	stop, err := serveHealth(r.Health, log, func(w http.ResponseWriter, metrics bool) {
		if metrics {
			boxes.metrics(w, receiver.Stats())
			fleetMetrics(ctx, w, store, log)
		} else {
			boxes.page(w, receiver.Stats())
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	go aheadOfDays(ctx, store, log)
	receiver.Run(ctx)
	return nil
}

// tls reads the certificates anew at each connection, so that a renewed one
// needs no restart; what is wrong with them now is told at once.
func (b broker) tls() (*tls.Config, error) {
	if !strings.HasPrefix(b.Broker, "ssl://") {
		return nil, nil
	}
	c, err := certificates.Client(b.CA, b.Cert, b.Key)
	if err != nil {
		return nil, err
	}
	c.Certificates = nil
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(b.Cert, b.Key)
		return &pair, err
	}
	return c, nil
}

// ofItsSegment refuses a batch whose segment header names somebody else, or with
// a number that no segment reaches: a stolen box that left out every second one
// for ever would make its row, and with it everybody's commit, as slow as it likes.
// Whether the box signed the header the opener judges, who is given the boxes' keys.
func ofItsSegment(b wire.Batch) error {
	h, err := journal.ParseHeader(b.Header)
	if err != nil {
		return err
	}
	if h.Province != b.Province || h.Box != b.Box || h.Epoch != b.Epoch {
		return errors.New("segment header of another box or segment")
	}
	if b.Top() > journal.MaxRecords {
		return fmt.Errorf("sequence %d, a segment ends at %d", b.Top(), journal.MaxRecords)
	}
	return nil
}

// aheadOfDays makes the partitions of the days to come, in good time.
func aheadOfDays(ctx context.Context, store *postgres.Store, log *slog.Logger) {
	for ctx.Err() == nil {
		next := time.Hour
		if err := store.Ready(ctx); err != nil && ctx.Err() == nil {
			log.Warn("database not ready", "error", err)
			next = time.Minute
		}
		select {
		case <-time.After(next):
		case <-ctx.Done():
		}
	}
}
