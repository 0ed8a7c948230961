package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
	"checkpoint/console/metrics"
)

// serve runs a box until ctx ends. Only what makes it pointless to run at all
// (no run-time directory, another daemon) is an error.
func serve(ctx context.Context, log *slog.Logger, io cli.IO, c *config.Config, o options) error {
	if err := os.MkdirAll(c.RunDir, 0o755); err != nil {
		return fmt.Errorf("make run-time directory: %w", err)
	}
	listener, err := control.Listen(c.RunDir)
	if err != nil {
		return listenHint(err)
	}
	b, err := newBox(log, io, c, o)
	if err != nil {
		listener.Close()
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b.again = cancel
	var tasks sync.WaitGroup
	run := func(name string, task func(context.Context) error) {
		tasks.Go(func() {
			if err := task(ctx); err != nil && !errors.Is(err, context.Canceled) {
				log.Error("task ended", "task", name, "error", err)
			}
		})
	}
	b.start(run)
	run("control", func(ctx context.Context) error { return b.control().Serve(ctx, listener) })
	run("watchdog", b.watchdog)
	log.Info("ready", "box", c.Box, "lanes", len(b.lanes))
	tasks.Wait()
	err = b.close()
	if errors.Is(context.Cause(ctx), errAgain) {
		return &cli.Error{Err: errors.Join(errAgain, err), Code: cli.Again, Hint: "systemd sẽ khởi động lại / systemd starts it again"}
	}
	return err
}

func listenHint(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return cli.Hint(err, "run_dir là của người dùng khác: chạy bằng người dùng đó, hoặc đặt run_dir riêng / run_dir belongs to another user: start the daemon as that user, or give it its own run_dir")
	}
	return cli.Hint(err, "dừng chương trình kia trước, hoặc đặt run_dir riêng cho chương trình này / stop the other daemon first, or give this one its own run_dir")
}

// outOfService keeps a box with a bad configuration up and answering, so that
// whoever asks is told what is wrong.
func outOfService(ctx context.Context, log *slog.Logger, cause error, o options) error {
	log.Error("not configured; the box is out of service (N16)", "error", cause)
	defer showOutOfService(log, o.wiring)()
	notify(log, "READY=1\nSTATUS=out of service: configuration")
	fallback := config.Config{RunDir: runDirOf()}
	if err := os.MkdirAll(fallback.RunDir, 0o755); err != nil {
		return &cli.Error{Err: errors.Join(cause, err), Code: cli.NotConfigured}
	}
	listener, err := control.Listen(fallback.RunDir)
	if err != nil {
		return &cli.Error{Err: errors.Join(cause, err), Code: cli.NotConfigured}
	}
	status := func() control.Status { return control.Status{Version: version(), Fault: cause.Error()} }
	s := &control.Server{Hub: control.NewHub(), Status: status, Metrics: metrics.Handler(status, started)}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var tasks sync.WaitGroup
	tasks.Go(func() {
		feedWatchdog(ctx, log, func(context.Context, time.Duration) bool { return true })
	})
	tasks.Go(func() { awaitConfiguration(ctx, o.config, cancel) })
	err = s.Serve(ctx, listener)
	tasks.Wait()
	if errors.Is(context.Cause(ctx), errConfigured) {
		return &cli.Error{Err: errConfigured, Code: cli.Again, Hint: "systemd sẽ khởi động lại / systemd starts it again"}
	}
	return err
}

// errConfigured is why a daemon ends that was out of service.
var errConfigured = errors.New("starting again: the configuration holds now")

// awaitConfiguration ends a daemon that is out of service as soon as the
// configuration holds: somebody has mended it, or brought a claim on a stick.
func awaitConfiguration(ctx context.Context, path string, again context.CancelCauseFunc) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if _, err := config.Read(path); err == nil {
				again(errConfigured)
			}
		}
	}
}

// runDirOf is where systemd put the run-time directory, for a daemon that
// could not read where it should be.
func runDirOf() string {
	if dir := os.Getenv("RUNTIME_DIRECTORY"); dir != "" {
		return dir
	}
	return "/run/checkpoint"
}
