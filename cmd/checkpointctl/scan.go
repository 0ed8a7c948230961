//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/store/build/sample"
)

// Where `make run` puts the virtual scanner and the sample cards, below its
// run-time directory.
const (
	scannerLink = "scanner"
	cardsLink   = "cards"
)

func scanCommand() *cli.Command {
	var dir, name, payload, device string
	var once, asJSON bool
	return &cli.Command{
		Name: "scan", Short: "xem máy quét đọc gì, hoặc quẹt thẻ mẫu / what a scanner reads; or show a sample card to the box of make run",
		Examples: []string{
			"checkpointctl scan --once        # rồi quẹt thẻ: loại mã và số đã che / then scan: its kind and the masked number",
			"checkpointctl scan --once --json",
			"checkpointctl scan --sample green",
			"checkpointctl scan --payload '001090000011||…'",
		},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.BoolVar(&once, "once", false, "wait for the next code at any reader; the lane decides about it as always")
			f.BoolVar(&asJSON, "json", false, "with --once: print JSON")
			f.StringVar(&name, "sample", "", "name of a sample card: green, amber, red, unknown, withdrawn, …")
			f.StringVar(&payload, "payload", "", "a payload of your own instead")
			f.StringVar(&device, "device", "", "serial device to write to (default: the virtual scanner of make run)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			run := findRunDir(dir)
			if once && name+payload+device == "" && len(args) == 0 {
				return seeOne(ctx, io, control.NewClient(run), asJSON)
			}
			if once || asJSON || (name == "") == (payload == "") || len(args) > 0 {
				return cli.Usage("scan: want --once, --sample NAME or --payload TEXT")
			}
			if name != "" {
				var err error
				if payload, err = samplePayload(run, name); err != nil {
					return err
				}
			}
			if device == "" {
				device = filepath.Join(run, scannerLink)
			}
			return show(ctx, io, control.NewClient(run), device, payload)
		},
	}
}

func samplePayload(run, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(run, cardsLink, sample.CardsFile))
	if err != nil {
		return "", cli.Hint(fmt.Errorf("read sample cards: %w", err), "chạy chốt mẫu trước / start the sample checkpoint first: make run")
	}
	var cards []sample.Card
	if err := json.Unmarshal(text, &cards); err != nil {
		return "", fmt.Errorf("read sample cards: %w", err)
	}
	var names []string
	for _, c := range cards {
		if c.Name == name {
			return c.Payload, nil
		}
		names = append(names, c.Name)
	}
	return "", cli.Usage("scan: no sample card %q; there are %s", name, strings.Join(names, ", "))
}

// show writes a code to the scanner and prints what the lane decides.
func show(ctx context.Context, io cli.IO, client *control.Client, device, payload string) error {
	return decided(ctx, io, client, func() error {
		f, err := os.OpenFile(device, os.O_WRONLY, 0)
		if err != nil {
			return cli.Hint(fmt.Errorf("open scanner: %w", err), "make run in ra đường dẫn của máy quét ảo / make run prints the path of its virtual scanner")
		}
		defer f.Close()
		if _, err := f.WriteString(payload + "\r"); err != nil {
			return fmt.Errorf("write to scanner: %w", err)
		}
		return nil
	})
}

// decided prints what a lane decides next, about what act brings before it.
func decided(ctx context.Context, io cli.IO, client *control.Client, act func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- client.Events(ctx, ready, func(e control.Event) bool {
			if e.Verdict == "" || e.State == checkpoint.StateReading.String() {
				return true
			}
			if e.Notice == checkpoint.DecideFirst { // this scan was refused; the event tells of the one before
				fmt.Fprintf(io.Out, "%s  %s\n", e.Notice, messages.Reason(e.Notice, nil, messages.Vietnamese).What)
				return false
			}
			text := messages.Reason(e.Reason, e.Args, messages.Vietnamese)
			verdict, _ := checkpoint.ParseVerdict(e.Verdict)
			fmt.Fprintf(io.Out, "%s / %s  %s  %s\n", messages.Word(verdict, messages.Vietnamese), messages.Word(verdict, messages.English), e.Reason, text.What)
			return false
		})
	}()
	select {
	case <-ready:
	case err := <-done:
		return notRunning(err)
	}
	if err := act(); err != nil {
		return err
	}
	if err := <-done; err != nil {
		return cli.Hint(fmt.Errorf("no decision within 5 s: %w", err), "thẻ vừa quét chỉ nhận một lần; làn đang chờ quyết định thì không nhận thẻ khác / a card just scanned is taken once; an open decision refuses others: checkpointctl status")
	}
	return nil
}

// seeOne prints what the next code is.
func seeOne(ctx context.Context, io cli.IO, client *control.Client, asJSON bool) error {
	ready, done := make(chan struct{}), make(chan error, 1)
	var seen control.Code
	go func() {
		done <- client.Codes(ctx, ready, func(c control.Code) bool { seen = c; return false })
	}()
	select {
	case <-ready:
		fmt.Fprintln(io.Err, "Đưa mã vào máy quét… / Hold a code to the reader…")
	case err := <-done:
		return notRunning(err)
	}
	if err := <-done; err != nil {
		return notRunning(err)
	}
	if asJSON {
		return json.NewEncoder(io.Out).Encode(seen)
	}
	fmt.Fprintf(io.Out, "%s/%s: %s\n", seen.Lane, seen.Reader, codeText(seen))
	return nil
}

func codeText(c control.Code) string {
	switch {
	case c.Test == control.TestWhole:
		return "mã thử, đúng từng chữ / the test code, letter by letter"
	case c.Test == control.TestDamaged:
		return "mã thử, bị đổi chữ / the test code, with letters changed"
	case c.Kind == "":
		return messages.Reason(checkpoint.CodeNotRead, nil, messages.Vietnamese).What + " / " + messages.Reason(checkpoint.CodeNotRead, nil, messages.English).What
	}
	text := messages.Kind(c.Kind, messages.Vietnamese) + " / " + messages.Kind(c.Kind, messages.English)
	if c.Number != "" {
		text += "  " + c.Number
	}
	return text
}
