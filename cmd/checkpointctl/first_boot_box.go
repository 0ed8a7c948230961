//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/detect"
	"checkpoint/image/seed"
	"checkpoint/store/durable"
	"checkpoint/sync/enrol"
)

// takeClaim takes the office's claim, which is in the seed or beside it, and
// its reply, where one was brought; a box that has neither waits for a stick.
func (f *firstBoot) takeClaim(context.Context) error {
	machine := machineIn(f.state)
	unlock, err := machine.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	return f.enrol(machine)
}

func (f *firstBoot) enrol(machine ownedMachine) error {
	enrolled, err := machine.Resume()
	if err != nil {
		return err
	}
	text, err := f.claimText()
	if err != nil {
		return err
	}
	if text != "" {
		if _, err := machine.Take(text, time.Now()); err != nil {
			return bilingual(err)
		}
		if err := f.discardClaim(); err != nil {
			return err
		}
	}
	claim, err := machine.Claim()
	if errors.Is(err, enrol.ErrNoClaim) {
		return nil
	}
	if err != nil {
		return err
	}
	request, message, err := machine.Request()
	if err != nil {
		return err
	}
	if f.report.Machine, err = request.Code(); err != nil {
		return err
	}
	f.report.Claim, f.report.Province, f.report.Offline = seed.Waiting, enrol.TrustWords(claim.Trust), claim.Server == ""
	if !enrolled {
		if enrolled, err = f.takeReply(machine); err != nil {
			return bilingual(err)
		}
	}
	if enrolled {
		f.report.Claim = seed.Approved
		return nil
	}
	return f.leaveRequest(claim, message)
}

// claimText is the claim in the seed, or that of the file beside it.
func (f *firstBoot) claimText() (string, error) {
	if f.seed != nil && f.seed.Claim != "" {
		return f.seed.Claim, nil
	}
	b, err := f.brought(enrol.ClaimFile, 4<<10)
	text := seed.Plain(b)
	if strings.Contains(text, "***") || bytes.Contains(b, []byte("***")) { // a power cut while it was discarded: it was taken before
		return "", f.discardClaim()
	}
	return text, err
}

// discardClaim takes the claim off the card once the box has it: its token
// serves once, and whoever finds it before the office approves could ask first.
func (f *firstBoot) discardClaim() error {
	path := filepath.Join(f.boot, enrol.ClaimFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return writable(f.boot, func() error {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = file.WriteAt(bytes.Repeat([]byte("*"), int(info.Size())), 0)
		if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
			return err
		}
		return errors.Join(os.Remove(path), durable.SyncDir(f.boot))
	})
}

// brought reads a file of the office's from the card or the stick; nil: there is
// none.
func (f *firstBoot) brought(name string, limit int64) ([]byte, error) {
	for _, dir := range []string{f.stick, f.boot} {
		if dir == "" {
			continue
		}
		b, err := durable.ReadForeign(filepath.Join(dir, name), limit)
		if !errors.Is(err, fs.ErrNotExist) {
			return b, err
		}
	}
	return nil, nil
}

func (f *firstBoot) takeReply(machine ownedMachine) (bool, error) {
	b, err := f.brought(enrol.ReplyFile, enrol.MaxBody)
	if err != nil || b == nil {
		return false, err
	}
	_, err = machine.Accept(b)
	return err == nil, err
}

// leaveRequest puts the request beside the seed, and onto the stick, where there
// is no server to send it to.
func (f *firstBoot) leaveRequest(claim enrol.Claim, message []byte) error {
	var errs []error
	for _, dir := range []string{f.stick, f.boot} {
		path := filepath.Join(dir, enrol.RequestFile)
		if before, err := os.ReadFile(path); dir == "" || claim.Server != "" || err == nil && bytes.Equal(before, message) {
			continue
		}
		errs = append(errs, writable(dir, func() error { return durable.Replace(path, message, 0o644) }))
	}
	return errors.Join(errs...)
}

// bilingual adds what a technician does about an error of the enrolment.
func bilingual(err error) error {
	for _, t := range enrolTexts {
		if errors.Is(err, t.err) {
			return &worded{err, t.text}
		}
	}
	return err
}

// worded is an error in a technician's words.
type worded struct {
	error
	text string
}

func (w *worded) Error() string { return w.text }
func (w *worded) Unwrap() error { return w.error }

// configure writes the daemon's configuration, unless somebody has changed it.
func (f *firstBoot) configure(ctx context.Context) error {
	before, err := os.ReadFile(f.config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && !seed.Untouched(before) {
		f.report.ByHand = f.seed != nil
		return nil
	}
	office := f.office()
	scanner := f.scanner(ctx)
	text, missing := f.seed.Config(office, scanner, f.state)
	if f.report.Missing = missing; len(missing) > 0 {
		return nil
	}
	if err := f.describe(text, scanner); err != nil || text == string(before) {
		return err
	}
	if err := durable.MkdirAll(filepath.Dir(f.config), 0o755); err != nil {
		return err
	}
	if err := durable.Replace(f.config, []byte(text), 0o640); err != nil {
		return err
	}
	return groupOf(f.state, f.config)
}

func (f *firstBoot) office() (o seed.Office) {
	c, err := machineIn(f.state).Claim()
	if err != nil {
		return o // it was said, or there is none
	}
	o = seed.Office{Box: c.Box, Province: c.Province, Site: c.Site, SiteType: c.SiteType, Lane: c.Lanes[0].Name, Direction: c.Lanes[0].Direction, Broker: c.Broker, Server: c.Server, Repo: c.Repo, PublicRepo: c.PublicRepo}
	o.Authority = filepath.Join(f.state, filepath.FromSlash(enrol.AuthorityFile))
	o.Identity = filepath.Join(f.state, filepath.FromSlash(enrol.IdentityFile))
	return o
}

// describe fills in the report from what the daemon will read; what it would not
// take is not written.
func (f *firstBoot) describe(text string, scanner seed.Scanner) error {
	c, err := config.Parse(f.config, []byte(text))
	if err != nil {
		return err
	}
	f.report.Box, f.report.Site, f.report.Lane, f.report.Scanner = c.Box, c.Site, c.Lanes[0].Name, scanner.Kind+" "+scanner.Path
	return nil
}

// scanner is the one that the seed names, that was found before, or that is
// plugged in now.
func (f *firstBoot) scanner(ctx context.Context) seed.Scanner {
	named, ok := f.seed.Named()
	if ok {
		return named
	}
	if c, err := config.Read(f.config); err == nil {
		before := seed.Scanner{Kind: c.Lanes[0].Readers[0].Kind, Path: c.Lanes[0].Readers[0].Path}
		if !before.IsDefault() {
			return before
		}
	}
	for until := time.Now().Add(f.wait); ; {
		found, ok := plugged(f)
		if ok {
			return found
		}
		select {
		case <-ctx.Done():
			return named
		case <-time.After(250 * time.Millisecond):
		}
		if time.Now().After(until) {
			return named
		}
	}
}

// plugged is the best scanner that there is. A keyboard may be the technician's
// own: it is taken for a scanner only where the seed says so.
func plugged(f *firstBoot) (seed.Scanner, bool) {
	all, _ := detect.All(f.devices) // what was found is there all the same
	for _, kind := range []string{config.KindHIDPOS, config.KindSerial} {
		for _, d := range all {
			if d.Kind == kind && d.Odd == "" {
				return seed.Scanner{Kind: d.Kind, Path: d.Path}, true
			}
		}
	}
	return seed.Scanner{}, false
}
