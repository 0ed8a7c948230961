//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/diagnosis"
	"checkpoint/console/control"
	"checkpoint/console/doctor"
)

// logLines is how much of the log goes into a bundle.
const logLines = 2000

// bundle writes what somebody elsewhere needs to help into a new folder of dir.
func bundle(ctx context.Context, io cli.IO, dir string, box doctor.Box, rows []doctor.Row) error {
	s, err := box.Status(ctx)
	if err != nil && box.Without != nil {
		s, _ = box.Without()
	}
	if s.Machine == nil {
		m := box.Machine()
		s.Machine = &m
	}
	now := time.Now()
	d := diagnosis.Of(s, now)
	d.Rows = rows
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	var table, log bytes.Buffer
	if err := printRows(cli.IO{Out: &table}, rows, false); err != nil {
		return err
	}
	if err := (logSource{lines: logLines}).print(ctx, &log); err != nil {
		fmt.Fprintf(&log, "no log: %v\n", err)
	} else if log.Len() == 0 {
		log.WriteString("systemd's journal has no line of the service\n")
	}
	folder := filepath.Join(dir, bundleName(s, now))
	err = os.Mkdir(folder, 0o755)
	for name, b := range map[string][]byte{"diagnosis.json": append(text, '\n'), "doctor.txt": table.Bytes(), "log.txt": log.Bytes()} {
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), b, 0o644)
		}
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("write bundle: %w", err), "nêu một thư mục có sẵn và còn chỗ, như USB đã cắm / name a directory that is there and has room, such as a mounted stick")
	}
	fmt.Fprintf(io.Err, "%s: %s\n", folder, "gửi cả thư mục này cho tỉnh / send this whole folder to the province")
	return nil
}

func bundleName(s control.Status, at time.Time) string {
	box := s.Box
	if box == "" {
		box = "unknown"
	}
	return "checkpoint-" + box + "-" + at.UTC().Format("20060102T150405Z")
}
