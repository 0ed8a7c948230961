//go:build linux

package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/picture"
	"checkpoint/scanner/qr"
)

func decodeCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name: "decode", Short: "đọc mã QR trong ảnh / read QR codes in pictures (PNG, JPEG, GIF, PGM): one JSON object a line",
		Examples: []string{"checkpointctl decode --json card.jpg frame.pgm"},
		Flags:    func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "required: the only output there is") },
		Run: func(_ context.Context, std cli.IO, args []string) error {
			if !asJSON || len(args) == 0 {
				return cli.Usage("decode: use decode --json FILE…")
			}
			return decodeFiles(std, args)
		},
	}
}

// decoded is one line of `decode --json`.
type decoded struct {
	File     string   `json:"file"`
	Payloads []string `json:"payloads"` // hexadecimal
	MS       float64  `json:"ms"`       // processor time, milliseconds, without reading the file
	Error    string   `json:"error,omitempty"`
}

// decodeFiles answers for every file: one that is no picture stops nothing.
func decodeFiles(std cli.IO, files []string) error {
	runtime.LockOSThread() // its processor time is what is told
	defer runtime.UnlockOSThread()
	var reader qr.Reader
	out, bad := json.NewEncoder(std.Out), 0
	for _, name := range files {
		line := decoded{File: name, Payloads: []string{}}
		m, err := picture.Read(name)
		if err != nil {
			line.Error = err.Error()
			bad++
		} else {
			started := threadTime()
			codes := reader.Read(m)
			line.MS = float64((threadTime() - started).Microseconds()) / 1000
			for _, c := range codes {
				line.Payloads = append(line.Payloads, hex.EncodeToString(c.Payload))
			}
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	if bad > 0 {
		return cli.Hint(fmt.Errorf("decode: %d of %d files are no picture", bad, len(files)), "cần ảnh PNG, JPEG, GIF hoặc PGM nhị phân / want PNG, JPEG, GIF or binary PGM")
	}
	return nil
}

func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
