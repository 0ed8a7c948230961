package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"checkpoint/console/metrics"
)

// serveMetrics answers on the machine's own network, where that is configured.
// Only a caller that asks by the very address is answered: a page of somewhere
// else, in a browser on this machine, is not (DNS rebinding).
func (b *box) serveMetrics(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.config.Metrics.Listen)
	if err != nil {
		return fmt.Errorf("metrics: %w: is another program on metrics.listen?", err)
	}
	address := l.Addr().String()
	mux := http.NewServeMux()
	all := metrics.Handler(b.status, started)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if r.Host != address {
			http.NotFound(w, r)
			return
		}
		all.ServeHTTP(w, r)
	})
	server := &http.Server{
		Handler: mux, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, MaxHeaderBytes: 8 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	b.log.Info("metrics", "address", "http://"+address+"/metrics")
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
