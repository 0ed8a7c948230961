// Package readers makes readers of what the configuration says: it brings
// devices and their decoders together.
package readers

import (
	"io"
	"log/slog"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/config"
	"checkpoint/device/camera"
	"checkpoint/device/hidraw"
	"checkpoint/device/keyboard"
	"checkpoint/device/replay"
	"checkpoint/device/serial"
	"checkpoint/scanner"
	"checkpoint/scanner/hidpos"
)

// ReplayPace is the time between two codes that are played from a file: a green
// is over by then (3 s, docs/signals.md).
const ReplayPace = 4 * time.Second

// New makes a reader of a valid section of the configuration.
func New(c config.Reader, sink checkpoint.Sink, log *slog.Logger) *scanner.Reader {
	r := &scanner.Reader{Name: c.Name, Sink: sink, Log: log}
	switch c.Kind {
	case config.KindKeyboard:
		r.Decode = scanner.Keys(c.End())
		r.Open = func() (io.ReadCloser, error) { return keyboard.Open(c.Device()) }
	case config.KindHIDPOS:
		r.Decode = scanner.Reports()
		r.Open = func() (io.ReadCloser, error) { return hidraw.Open(c.Device(), hidpos.IsScanner) }
	case config.KindCamera:
		r.Camera = scanner.NewCamera()
		r.Open = func() (io.ReadCloser, error) { return camera.Open(c.Camera, c.Device()) }
	case config.KindReplay:
		r.Decode = scanner.Bytes(c.End())
		r.Open = func() (io.ReadCloser, error) { return replay.Open(c.Path, c.End().Ends, ReplayPace) }
	default:
		r.Decode = scanner.Bytes(c.End())
		r.Open = func() (io.ReadCloser, error) { return serial.Open(c.Serial()) }
	}
	return r
}
