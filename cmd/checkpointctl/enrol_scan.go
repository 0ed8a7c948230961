//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/readers"
	"checkpoint/console/control"
	"checkpoint/sync/enrol"
)

// scanWithin is how long somebody may look for the paper.
const scanWithin = 5 * time.Minute

// byDaemon is the name of the running daemon's readers, in the place of a device.
const byDaemon = "daemon"

// scanClaim reads codes with the scanner until one is a claim.
func (e *enrolling) scanClaim(ctx context.Context) (string, error) {
	if e.scan == byDaemon {
		return e.claimFromDaemon(ctx)
	}
	kind, err := kindOf(e.scan)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	codes := make(codeSink)
	reader := readers.New(config.Reader{Name: "scanner", Kind: kind, Path: e.scan, Suffix: "any"}, codes, slog.New(slog.DiscardHandler))
	ended := make(chan struct{})
	go func() { defer close(ended); reader.Run(ctx) }()
	fmt.Fprintln(e.io.Out, "Đưa mã QR của giấy mời cho máy quét… / Show the claim's QR code to the scanner…")
	for {
		select {
		case <-ctx.Done():
			go codes.drain(ended)
			<-ended
			why := reader.Fault()
			return "", cli.Hint(errors.Join(errors.New("không đọc được giấy mời / no claim was read"), textError(why)), "chương trình đang giữ máy quét: --scan daemon, hoặc dừng nó trước / the daemon has the scanners: --scan daemon, or stop it first (systemctl stop checkpointd); checkpointctl detect lists them")
		case text := <-codes:
			if strings.HasPrefix(strings.ToUpper(text), enrol.ClaimPrefix) {
				cancel()
				go codes.drain(ended)
				<-ended
				return text, nil
			}
			fmt.Fprintln(e.io.Out, "  mã này không phải giấy mời / that code is no claim")
		}
	}
}

// claimFromDaemon has the daemon's readers read it: nobody has to stop it.
func (e *enrolling) claimFromDaemon(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	fmt.Fprintln(e.io.Out, "Đưa mã QR của giấy mời cho máy quét của làn… / Show the claim's QR code to a reader of the lane…")
	text, err := control.NewClient(findRunDir(e.runDir)).Claim(ctx)
	if err != nil {
		return "", cli.Hint(fmt.Errorf("không đọc được giấy mời / no claim was read: %w", err), "chương trình có chạy không? / is the daemon running? checkpointctl status; không có nó / without it: --scan DEVICE")
	}
	return text, nil
}

func textError(s string) error {
	if s == "" {
		return nil
	}
	return errors.New(s)
}

// kindOf tells a scanner's kind by its device node.
func kindOf(path string) (string, error) {
	node, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	switch {
	case strings.HasPrefix(node, "/dev/hidraw"):
		return config.KindHIDPOS, nil
	case strings.HasPrefix(node, "/dev/input/"):
		return config.KindKeyboard, nil
	case strings.HasPrefix(node, "/dev/"):
		return config.KindSerial, nil
	}
	return "", fmt.Errorf("%s is no scanner: %w", path, fs.ErrInvalid)
}

// codeSink hands on codes as text.
type codeSink chan string

func (c codeSink) Scan(s checkpoint.Scan) { c <- string(s.Payload) }

func (c codeSink) Reader(string, bool) {}

// drain lets a reader that hands on a code come to its end.
func (c codeSink) drain(ended <-chan struct{}) {
	for {
		select {
		case <-c:
		case <-ended:
			return
		}
	}
}
