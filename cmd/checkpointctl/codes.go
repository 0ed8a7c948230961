//go:build linux

package main

import (
	"context"
	"flag"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/verify"
	"checkpoint/verify/credential"
)

func parseCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name: "parse", Short: "đọc nội dung mã QR / read codes: one JSON string a line in, one JSON object a line out",
		Examples: []string{`echo '"001090000011||Nguyễn Văn An|15081990|Nam|Hà Nội|10052021"' | checkpointctl parse --json`},
		Flags:    func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "required: the only output there is") },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if !asJSON || len(args) > 0 {
				return cli.Usage("parse: use parse --json, with payloads on standard input")
			}
			return credential.RunJSON(io.In, io.Out, time.Now())
		},
	}
}

func verifyCommand() *cli.Command {
	var data, now, direction string
	lane := checkpoint.LaneInfo{Direction: checkpoint.In}
	var asJSON bool
	return &cli.Command{
		Name: "verify", Short: "thử một mã với dữ liệu / decide codes as the box would, without recording anything",
		Examples: []string{`echo '"001090000011||…"' | checkpointctl verify --data /var/lib/checkpoint --now 2021-10-15T08:00:00+07:00 --json`},
		Flags: func(f *flag.FlagSet) {
			stateFlag(f, &data)
			f.StringVar(&now, "now", "", "the time to decide at, RFC 3339, taken as trusted (default: this machine's)")
			f.StringVar(&lane.SiteType, "site-type", "building", "what rules are told of the site")
			f.StringVar(&lane.Commune, "commune", "", "code of the commune the site is in")
			f.StringVar(&direction, "direction", "in", "of the lane, in or out")
			f.BoolVar(&asJSON, "json", false, "required: the only output there is")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if !asJSON || len(args) > 0 {
				return cli.Usage("verify: use verify --json, with payloads on standard input")
			}
			at := time.Now()
			if now != "" {
				var err error
				if at, err = time.Parse(time.RFC3339, now); err != nil {
					return cli.Usage("verify: --now: want RFC 3339, such as 2021-10-15T08:00:00+07:00")
				}
			}
			var err error
			if lane.Direction, err = checkpoint.ParseDirection(direction); err != nil {
				return cli.Usage("verify: --direction: want in or out")
			}
			return verifyLines(ctx, io, findState(data), fixedClock(at), lane)
		},
	}
}

type fixedClock time.Time

func (c fixedClock) Now() (time.Time, bool) { return time.Time(c), true }

// verdictLine is one line of `verify --json`.
type verdictLine struct {
	Verdict  string               `json:"verdict"`
	Reason   checkpoint.Reason    `json:"reason"`
	Findings []checkpoint.Finding `json:"findings"`
	Rule     string               `json:"rule"`
	Snapshot uint64               `json:"snapshot"`
	Differs  []string             `json:"differs"`
	Error    string               `json:"error,omitempty"` // of a line that holds no payload, as parse says it
}

func verifyLines(ctx context.Context, io cli.IO, data string, clock checkpoint.Clock, lane checkpoint.LaneInfo) error {
	store, _, err := snapshots.Store(data)
	if err != nil {
		return stateHint(err, "--data")
	}
	holder := snapshots.NewHolder(store)
	defer holder.Close()
	_, err = holder.Reload()
	if serving, _ := holder.State(); serving == nil { // else the snapshot before serves, as on the box
		return cli.Hint(err, "nạp một bản trước / load one first: checkpointctl snapshot load DIR --data %s", data)
	}
	v := &verify.Verifier{Source: holder, Clock: clock}
	return credential.AnswerLines(io.In, io.Out, func(line credential.Line) any {
		payload, fault := line.Payload()
		if fault != "" {
			l := lineOf(v.Verify(ctx, checkpoint.Scan{Unreadable: true}, lane))
			l.Error = fault
			return l
		}
		return lineOf(v.Verify(ctx, checkpoint.Scan{Reader: "verify", Payload: payload}, lane))
	})
}

func lineOf(d checkpoint.Decision) verdictLine {
	l := verdictLine{Verdict: d.Verdict.String(), Reason: d.Reason, Findings: d.Findings, Rule: d.Rule, Snapshot: d.Snapshot, Differs: d.Differs}
	if l.Findings == nil {
		l.Findings = []checkpoint.Finding{}
	}
	if l.Differs == nil {
		l.Differs = []string{}
	}
	return l
}
