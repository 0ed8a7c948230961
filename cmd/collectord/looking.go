package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/user"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// bureau is the section of accounts and of the log of looks.
type bureau struct {
	LooksDir  string        `toml:"looks_dir"`     // the log's key, and how far it was seen
	TwoPerson []office.What `toml:"two_person"`    // looks that a second person approves
	Idle      int           `toml:"idle_minutes"`  // until a session that nobody uses ends
	Longest   int           `toml:"longest_hours"` // until any session ends
}

// defaultLooks is where the log's key is.
const defaultLooks = "/var/lib/checkpoint-looks"

func (c *config) forOffice(f *faults) {
	c.forView(f)
	c.office(f)
}

func (c *config) office(f *faults) {
	o := c.Office
	for _, what := range o.TwoPerson {
		if !watched(what) {
			f.add("office.two_person: %q: want some of %v", what, office.Watched())
		}
	}
	if o.Idle < 1 || o.Longest < 1 {
		f.add("office.idle_minutes, office.longest_hours: want at least 1")
	}
	info, err := os.Stat(o.LooksDir)
	switch {
	case err != nil:
		f.add("office.looks_dir: %w", err)
	case !info.IsDir() || info.Mode().Perm()&0o077 != 0:
		f.add("office.looks_dir: %s: want a directory of mode 0700: chmod 700 it", o.LooksDir)
	}
}

func watched(what office.What) bool {
	for _, w := range office.Watched() {
		if w == what {
			return true
		}
	}
	return false
}

// openOffice opens accounts and log; the caller closes it.
func (c *config) openOffice(ctx context.Context) (*office.Office, error) {
	return office.Open(ctx, c.View.Database, office.Options{
		Dir: c.Office.LooksDir, TwoPerson: c.Office.TwoPerson,
		Idle: time.Duration(c.Office.Idle) * time.Minute, Longest: time.Duration(c.Office.Longest) * time.Hour,
	})
}

// machineUser is who runs the command, with who became that user by sudo.
func machineUser() office.Account {
	name := "?"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if before := os.Getenv("SUDO_USER"); before != "" {
		name += "/" + before
	}
	return office.MachineUser(name)
}

// looking are the flags of a command that shows or changes people.
type looking struct{ account, reason string }

func (l *looking) add(f *flag.FlagSet) {
	l.addAccount(f)
	f.StringVar(&l.reason, "reason", "", "lý do, không ghi tên ai / why; names nobody")
}

func (l *looking) addAccount(f *flag.FlagSet) {
	f.StringVar(&l.account, "account", "", "thay mặt tài khoản / for this account, within its scope (default: the user of the machine)")
}

// wants ends a command that lacks what every look at a person wants, before it
// asks anybody.
func (l *looking) wants(what office.What) error {
	if l.reason == "" && watched(what) {
		return cli.Usage("cần --reason, được ghi vào nhật ký xem / --reason is needed: it stands in the log of looks")
	}
	return nil
}

// desk is where a command asks before it reads.
type desk struct {
	office *office.Office
	who    office.Account
	reason string
	list   string // that was shown, as receipts name it; empty: none
}

// open says who looks. The caller closes the office.
func (l *looking) open(ctx context.Context, c *config) (*desk, error) {
	o, err := c.openOffice(ctx)
	if err != nil {
		return nil, err
	}
	d := &desk{office: o, who: machineUser(), reason: l.reason}
	if l.account == "" {
		return d, nil
	}
	if d.who, err = o.Account(ctx, l.account); err == nil && d.who.Disabled {
		err = view.Sayf("tài khoản %s đã khoá", "account %s is disabled", l.account)
	}
	if err != nil {
		o.Close()
		return nil, err
	}
	return d, nil
}

// look writes into the log what is about to be read. Nothing may be read before.
func (d *desk) look(ctx context.Context, l office.Look) error {
	l.Reason = d.reason
	_, err := d.office.Look(ctx, d.who, l)
	var needs *office.NeedsSecond
	if errors.As(err, &needs) {
		return cli.Hint(err, "người khác duyệt rồi chạy lại trong một giờ / have somebody else answer it (page /requests, or collectord second approve %d --account NAME), then run this again within an hour", needs.Request)
	}
	return err
}

// person is the subject of a look at a document's owner.
func (d *desk) person(number string) string { return d.office.Subject(number) }

// listed writes into the log that a day's list of people is about to be read.
func (a asked) listed(ctx context.Context, name string) error {
	a.desk.list = name
	return a.desk.look(ctx, office.Look{What: office.List, Subject: name, Detail: a.day.Format(time.DateOnly)})
}
