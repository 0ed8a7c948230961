//go:build linux

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"checkpoint/cmd/internal/checkup"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
	"checkpoint/console/doctor"
	"checkpoint/console/faults"
)

// doctorFlags are the flags of doctor.
type doctorFlags struct {
	run, config, only, bundle        string
	json, watch, strict, lamps, scan bool
	every                            time.Duration
}

func doctorCommand() *cli.Command {
	var o doctorFlags
	return &cli.Command{
		Name: "doctor", Short: "khám máy: phần nào hỏng và làm gì / what is wrong with the box, and the command that mends it",
		Examples: []string{
			"checkpointctl doctor",
			"checkpointctl doctor --only network,broker,certificate",
			"checkpointctl doctor --lamps --scan     # bật từng đèn, rồi chờ mã thử / light each lamp, then wait for the test code",
			"checkpointctl doctor --watch",
			"checkpointctl doctor --strict --json",
			"sudo checkpointctl doctor --bundle /media/usb   # gửi cho tỉnh / for the province: no personal data",
		},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &o.run)
			f.StringVar(&o.config, "config", "", "the box's configuration file (default "+config.DefaultPath+", or that of make run)")
			f.StringVar(&o.only, "only", "", "look at these alone: "+rowNames())
			f.StringVar(&o.bundle, "bundle", "", "write what the province needs to help into a new folder of this directory")
			f.BoolVar(&o.json, "json", false, "print JSON")
			f.BoolVar(&o.watch, "watch", false, "go on looking, and print what changes")
			f.DurationVar(&o.every, "every", 5*time.Second, "with --watch: how often")
			f.BoolVar(&o.strict, "strict", false, "a warning is a failure: exit code 1")
			f.BoolVar(&o.lamps, "lamps", false, "light each lamp for two seconds once nobody is before the lane")
			f.BoolVar(&o.scan, "scan", false, "wait up to a minute for the test code (docs/print/test-code.pdf)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			options, err := o.options(args)
			if err != nil {
				return err
			}
			box := findBox(o.run, o.config)
			if o.watch {
				return watch(ctx, io, box, options, o)
			}
			rows := doctor.Run(ctx, box, options)
			if o.bundle != "" {
				if err := bundle(ctx, io, o.bundle, box, rows); err != nil {
					return err
				}
			}
			if err := printRows(io, rows, o.json); err != nil {
				return err
			}
			return judged(rows, o.strict)
		},
	}
}

func (o *doctorFlags) options(args []string) (doctor.Options, error) {
	options := doctor.Options{Lamps: o.lamps, Scan: o.scan}
	if len(args) > 0 {
		return options, cli.Usage("doctor: unexpected argument %q", args[0])
	}
	if o.every < time.Second {
		return options, cli.Usage("doctor: --every: want at least 1s")
	}
	if o.watch && (o.lamps || o.scan || o.bundle != "") {
		return options, cli.Usage("doctor: --watch looks only: leave out --lamps, --scan and --bundle")
	}
	for _, name := range strings.FieldsFunc(o.only, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.Contains(faults.Rows(), faults.Row(name)) {
			return options, cli.Usage("doctor: --only: no row %q; there are %s", name, rowNames())
		}
		options.Only = append(options.Only, faults.Row(name))
	}
	return options, nil
}

func rowNames() string {
	var names []string
	for _, r := range faults.Rows() {
		names = append(names, string(r))
	}
	return strings.Join(names, ",")
}

// tryOut is where make run has its configuration.
const tryOut = ".run/checkpoint.toml"

// findBox is the box to look at: of the configuration
// that was named, of the box's own, or of make run in this checkout.
func findBox(run, path string) doctor.Box {
	if path == "" {
		path = config.DefaultPath
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && exists(tryOut) {
			path = tryOut
		}
	}
	c, err := config.Read(path)
	check := func() error { return config.Check(path) }
	if err != nil {
		check = func() error { return err }
		return checkup.Of(nil, findState(""), control.NewClient(findRunDir(run)), check)
	}
	return checkup.Of(c, c.StateDir, control.NewClient(cmp.Or(run, c.RunDir)), check)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// stateWords stand before each row.
var stateWords = map[doctor.State]string{doctor.OK: "ok  ", doctor.Warn: "warn", doctor.Fail: "FAIL", doctor.Unknown: " –  "}

func printRows(io cli.IO, rows []doctor.Row, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(io.Out)
		e.SetIndent("", "  ")
		return e.Encode(rows)
	}
	out := cli.IO{Out: cli.Plain(io.Out)} // what devices and servers say of themselves is in here
	for _, r := range rows {
		printRow(out, r)
	}
	return nil
}

func printRow(io cli.IO, r doctor.Row) {
	fmt.Fprintf(io.Out, "%s  %s", stateWords[r.State], r.Title.Both())
	if r.Where != "" {
		fmt.Fprintf(io.Out, " (%s)", r.Where)
	}
	if r.Code != "" {
		fmt.Fprintf(io.Out, "  [%s]", r.Code)
	}
	if r.Detail != "" && r.Code == "" {
		fmt.Fprintf(io.Out, ": %s", r.Detail)
	}
	fmt.Fprintln(io.Out)
	if r.Code == "" {
		return
	}
	if r.Detail != "" {
		fmt.Fprintf(io.Out, "        %s\n", strings.ReplaceAll(r.Detail, "\n", "\n        "))
	}
	fmt.Fprintf(io.Out, "      → %s\n", r.Act.Both())
	if r.Next != "" {
		fmt.Fprintf(io.Out, "        $ %s\n", r.Next)
	}
}

// judged is the exit of doctor.
func judged(rows []doctor.Row, strict bool) error {
	bad := slices.DeleteFunc(slices.Clone(rows), func(r doctor.Row) bool {
		return r.State != doctor.Fail && !(strict && r.State == doctor.Warn)
	})
	if len(bad) == 0 {
		return nil
	}
	err := &cli.Error{Err: fmt.Errorf("%s: %s", bad[0].Code, bad[0].Title.Both()), Hint: bad[0].Act.Both(), Code: cli.Failed}
	if bad[0].Next != "" {
		err.Hint += ": " + bad[0].Next
	}
	if slices.ContainsFunc(bad, func(r doctor.Row) bool { return r.Code == faults.NotConfigured }) {
		err.Code = cli.NotConfigured
	}
	return err
}

// watch prints all rows once, and then each that changes, until ctx ends.
func watch(ctx context.Context, io cli.IO, box doctor.Box, options doctor.Options, o doctorFlags) error {
	t := time.NewTicker(o.every)
	defer t.Stop()
	type key struct {
		row   faults.Row
		where string
		code  faults.Code
	}
	last := map[key]doctor.State{}
	for {
		rows := doctor.Run(ctx, box, options)
		if ctx.Err() != nil {
			return nil // somebody has seen enough
		}
		now := map[key]doctor.State{}
		var changed []doctor.Row
		for _, r := range rows {
			k := key{r.Row, r.Where, r.Code}
			now[k] = r.State
			if last[k] != r.State {
				changed = append(changed, r)
			}
		}
		last = now
		if len(changed) > 0 {
			if !o.json {
				fmt.Fprintln(io.Out, time.Now().Format("15:04:05"))
			}
			if err := printRows(io, changed, o.json); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}
