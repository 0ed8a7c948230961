package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"checkpoint/store/keys"
	"checkpoint/sync/collector"
)

// provinceSide is what a box delivers its records to: a broker on loopback and
// the reference receiver, both in this process.
type provinceSide struct {
	url  string
	stop func()
}

func startProvinceSide(ctx context.Context, p *province) (*provinceSide, error) {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	broker := mqtt.New(&mqtt.Options{Logger: quiet})
	if err := broker.AddHook(new(auth.AllowHook), nil); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	if err := broker.AddListener(listeners.NewNet("bench", l)); err != nil {
		return nil, fmt.Errorf("start broker: %w", err)
	}
	url := "tcp://" + l.Addr().String()
	receiver, err := newReceiver(p, url)
	if err != nil {
		return nil, err
	}
	go func() { _ = broker.Serve() }() // ends with stop
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); receiver.Run(ctx) }()
	return &provinceSide{url, func() { cancel(); <-done; broker.Close() }}, nil
}

func newReceiver(p *province, url string) (*collector.Receiver, error) {
	signer, err := keys.ReadSigner(p.keys(keys.CollectorFile))
	if err != nil {
		return nil, err
	}
	return collector.New(collector.Options{
		Broker: url, Province: "mau", ID: "do", Key: signer, Store: collector.NewMemory(),
	})
}
