package main

import (
	"flag"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/stages"
	"checkpoint/sync/wire"
)

// planFlags are what stages are planned by, of data or of a system.
type planFlags struct {
	canary, stages, begin string
	wait                  time.Duration
	pauseDays             int
}

func (p *planFlags) add(f *flag.FlagSet, shares string, wait time.Duration) {
	f.StringVar(&p.canary, "canary", "", "ids of boxes that take it first, separated by commas")
	f.StringVar(&p.stages, "stages", shares, "shares of all boxes, rising to 100%")
	f.DurationVar(&p.wait, "wait", wait, "between two stages")
	f.StringVar(&p.begin, "begin", "", "when the first stage begins, RFC 3339 (default: now); sign and publish before the second")
	daysVar(f, &p.pauseDays, "pause-days", 7, "for how long after the last stage a pause can hold boxes back; then only officers can stop it")
}

// options are the flags of a command, read.
func (p *planFlags) options(command string) (o stages.Options, err error) {
	if o.Shares, err = stages.ParseShares(p.stages); err != nil {
		return o, cli.Usage("%s: --stages: %v", command, err)
	}
	if o.Begin, err = p.begins(command, time.Now()); err != nil {
		return o, err
	}
	for id := range strings.SplitSeq(p.canary, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if err := wire.CheckBox(id); err != nil {
			return o, cli.Usage("%s: --canary %q: %v", command, id, err)
		}
		o.Canaries = append(o.Canaries, id)
	}
	o.Wait, o.MaxPause = p.wait, time.Duration(p.pauseDays)*24*time.Hour
	return o, nil
}

// maxWait is between two stages, and maxAhead until the first, at most: what is
// further away is a slip of the hand, and boxes would wait for it.
const (
	maxWait  = 30 * 24 * time.Hour
	maxAhead = 366 * 24 * time.Hour
)

// begins is when the first stage begins; it refuses times that nobody means.
func (p *planFlags) begins(command string, now time.Time) (time.Time, error) {
	if p.wait <= 0 || p.wait > maxWait {
		return now, cli.Usage("%s: --wait %s: want more than 0 and at most 720h (30 days)", command, p.wait)
	}
	if p.begin == "" {
		return now, nil
	}
	begin, err := time.Parse(time.RFC3339, p.begin)
	if err != nil {
		return now, cli.Usage("%s: --begin %q: want a time such as 2026-01-31T18:00:00+07:00", command, p.begin)
	}
	if begin.Year() < 2020 || begin.After(now.Add(maxAhead)) {
		return now, cli.Usage("%s: --begin %s: want a time from 2020 on and at most a year ahead; this machine's clock shows %s", command, p.begin, now.Format(time.RFC3339))
	}
	return begin, nil
}

// past refuses a plan whose stages have all begun.
func (p *planFlags) past(command string, plan stages.Plan) error {
	if p.begin != "" && plan.Last().Before(time.Now()) {
		return cli.Usage("%s: --begin %s: all stages would be past already, the last since %s: everybody would take it at once", command, p.begin, plan.Last().Format(time.RFC3339))
	}
	return nil
}
