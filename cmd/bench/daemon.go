package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"checkpoint/cmd/internal/rig"
)

// setting is what differs between the daemons measured.
type setting struct {
	journal string // an empty disk for the journal, if it does not lie in the state directory
	broker  string // none: the box has no link
	page    string // where the guard's page is served; empty: nowhere
}

// start runs a daemon with lanes "1", "2", … on a province's box, whose journal
// begins anew.
func (b *bench) start(ctx context.Context, p *province, lanes int, s setting) (*rig.Daemon, error) {
	if err := emptyJournal(p, s.journal); err != nil {
		return nil, err
	}
	with := rig.Setting{Program: filepath.Join(b.bin, "checkpointd"), State: p.state(), Run: filepath.Join(p.dir, "run"), Lanes: lanes}
	if s.broker != "" {
		with.More = fmt.Sprintf("\n[mqtt]\nbroker = %q\n", s.broker)
	}
	if s.page != "" {
		with.More += fmt.Sprintf("\n[page]\nlisten = %q\nnetwork = \"127.0.0.1:0\"\n", s.page)
	}
	return rig.Start(ctx, with)
}

func emptyJournal(p *province, disk string) error {
	name := filepath.Join(p.state(), "journal")
	if err := os.RemoveAll(name); err != nil || disk == "" {
		return err
	}
	dir := filepath.Join(disk, "journal")
	return errors.Join(os.Mkdir(dir, 0o700), os.Symlink(dir, name))
}
