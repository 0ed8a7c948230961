package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"

	"checkpoint"
	"checkpoint/store/keys"
	"checkpoint/sync/collector"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
)

// broker is an MQTT broker in this process, on loopback.
type broker struct {
	server *mqtt.Server
	url    string
}

func startBroker() (*broker, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	s := mqtt.New(&mqtt.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := s.AddHook(new(auth.AllowHook), nil); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	if err := s.AddListener(listeners.NewNet("demo", l)); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	go func() { _ = s.Serve() }() // ends with close
	return &broker{s, "tcp://" + l.Addr().String()}, nil
}

func (b *broker) close() { b.server.Close() }

// collect runs the reference receiver and prints what it stores. The returned
// function waits for its end.
func (d *demo) collect(ctx context.Context, url string) (wait func(), err error) {
	signer, err := keys.ReadSigner(d.path("keys", keys.CollectorFile))
	if err != nil {
		return nil, err
	}
	records, err := keys.ReadRecords(d.path("keys", keys.RecordsFile))
	if err != nil {
		return nil, err
	}
	store := collector.NewMemory()
	r, err := collector.New(collector.Options{
		Broker: url, Province: "mau", ID: "thu", Key: signer, Store: store,
		Source: store, Opener: &collector.KeyOpener{Key: records}, OnRecord: d.stored,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	return func() { cancel(); <-done }, nil
}

func (d *demo) stored(box string, p checkpoint.Position, r checkpoint.Record) {
	what := fmt.Sprint("event ", r.Findings)
	switch r.Kind {
	case checkpoint.RecordDecision:
		what = fmt.Sprintf("decision %s %s", r.Verdict, r.Reason)
	case checkpoint.RecordEmergency:
		what = "emergency"
	case checkpoint.RecordOutcome:
		what = fmt.Sprintf("outcome %s of record %d", r.Outcome, r.Refers.Seq)
	}
	fmt.Fprintf(d.io.Out, "province  %s record %x/%d stored: %s\n", box, p.Epoch, p.Seq, what)
}
