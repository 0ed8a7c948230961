package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
	"checkpoint/sync/rollout"
	"checkpoint/sync/wire"
)

// startFlags are what a rollout is planned by.
type startFlags struct {
	repoFlags
	broker         brokerFlags
	canary, stages string
	begin, boxes   string
	wait           time.Duration
	pauseDays      int
	stopIf         []string
	goOn, dryRun   bool
}

func (s *startFlags) add(f *flag.FlagSet) {
	f.StringVar(&s.canary, "canary", "", "ids of boxes that take it first, separated by commas")
	f.StringVar(&s.stages, "stages", "5%,25%,100%", "shares of all boxes, rising to 100%")
	f.DurationVar(&s.wait, "wait", 30*time.Minute, "between two stages")
	f.StringVar(&s.begin, "begin", "", "when the first stage begins, RFC 3339 (default: now); sign and publish before the second")
	daysVar(f, &s.pauseDays, "pause-days", 7, "for how long after the last stage a pause can hold boxes back; then only officers can stop it")
	f.Func("stop-if", "pause under a condition: faults>N%, silent>N% or refuse>N%; may be given several times", func(text string) error {
		_, err := rollout.ParseRule(text)
		s.stopIf = append(s.stopIf, text)
		return err
	})
	f.BoolVar(&s.goOn, "continue", false, "the rollout that is running goes on with this snapshot: same boxes, same times; needs --repo")
	s.directory(f)
	f.BoolVar(&s.dryRun, "dry-run", false, "show the plan and what would be published, and write nothing")
	f.StringVar(&s.boxes, "boxes", "", "file of box ids, one a line, to count in each stage")
	s.broker.add(f)
}

func rolloutStart() *cli.Command {
	var s startFlags
	return &cli.Command{
		Name: "start", Short: "lập kế hoạch từng đợt / plan the stages of a snapshot, for officers to sign with it",
		Examples: []string{
			"provincectl rollout start --canary hoan-kiem-01 --stages 5%,25%,100% --wait 30m --stop-if 'faults>2%' snap",
			"provincectl rollout start --stages 10%,100% --dry-run --boxes boxes.txt snap",
			"provincectl rollout start --continue --repo repo snap",
		},
		Flags: s.add,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || s.goOn && s.dir == "" {
				return cli.Usage("rollout start: want one snapshot directory, and --repo with --continue")
			}
			raw, _, err := snapshot.ReadBundle(args[0])
			if err != nil {
				return err
			}
			m, err := snapshot.PeekManifest(raw)
			if err != nil {
				return err
			}
			plan, err := s.plan(m)
			if err != nil {
				return err
			}
			if s.dryRun {
				return s.dry(ctx, io, m, plan)
			}
			if err := publish.SetPlan(args[0], plan); err != nil {
				return err
			}
			printPlan(io.Out, plan, nil)
			fmt.Fprintf(io.Out, "next: officers sign it with the snapshot: provincectl snapshot sign --key FILE %s\n", args[0])
			return nil
		},
	}
}

func (s *startFlags) plan(m snapshot.Manifest) (stages.Plan, error) {
	if s.goOn {
		_, now, err := s.published()
		if err != nil {
			return stages.Plan{}, err
		}
		if !now.Running(time.Now()) {
			return stages.Plan{}, fmt.Errorf("rollout start: no rollout is running in %s", s.dir)
		}
		return now.Plan.For(m.Number)
	}
	shares, err := stages.ParseShares(s.stages)
	if err != nil {
		return stages.Plan{}, cli.Usage("rollout start: --stages: %v", err)
	}
	begin, err := s.begins(time.Now())
	if err != nil {
		return stages.Plan{}, err
	}
	var canaries []string
	for id := range strings.SplitSeq(s.canary, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if err := wire.CheckBox(id); err != nil {
			return stages.Plan{}, cli.Usage("rollout start: --canary %q: %v", id, err)
		}
		canaries = append(canaries, id)
	}
	plan, err := stages.New(m.Number, stages.Options{
		Canaries: canaries, Shares: shares, Begin: begin, Wait: s.wait, MaxPause: time.Duration(s.pauseDays) * 24 * time.Hour, StopIf: s.stopIf,
	})
	if err != nil {
		return plan, cli.Usage("rollout start: %w", err)
	}
	if s.begin != "" && plan.Last().Before(time.Now()) {
		return plan, cli.Usage("rollout start: --begin %s: all stages would be past already, the last since %s: everybody would take it at once", s.begin, plan.Last().Format(time.RFC3339))
	}
	return plan, nil
}

// maxWait is between two stages, and maxAhead until the first, at most: what is
// further away is a slip of the hand, and boxes would wait for it.
const (
	maxWait  = 30 * 24 * time.Hour
	maxAhead = 366 * 24 * time.Hour
)

// begins is when the first stage begins; it refuses times that nobody means.
func (s *startFlags) begins(now time.Time) (time.Time, error) {
	if s.wait <= 0 || s.wait > maxWait {
		return now, cli.Usage("rollout start: --wait %s: want more than 0 and at most 720h (30 days)", s.wait)
	}
	if s.begin == "" {
		return now, nil
	}
	begin, err := time.Parse(time.RFC3339, s.begin)
	if err != nil {
		return now, cli.Usage("rollout start: --begin %q: want a time such as 2026-01-31T18:00:00+07:00", s.begin)
	}
	if begin.Year() < 2020 || begin.After(now.Add(maxAhead)) {
		return now, cli.Usage("rollout start: --begin %s: want a time from 2020 on and at most a year ahead; this machine's clock shows %s", s.begin, now.Format(time.RFC3339))
	}
	return begin, nil
}

// dry shows what publishing would bring to the boxes.
func (s *startFlags) dry(ctx context.Context, io cli.IO, m snapshot.Manifest, plan stages.Plan) error {
	ids, err := s.known(ctx, m.Province)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "snapshot %d of %s, data of %s\n", m.Number, m.Province, m.CreatedAt().Format(time.RFC3339))
	for _, ref := range m.All() {
		size, err := snapshot.StreamSize(ref)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.Out, "  layer %x: %s of snapshot %d, %d kB\n", ref.Root[:8], ref.Header.Kind, ref.Header.Number, size/1000)
	}
	printPlan(io.Out, plan, ids)
	fmt.Fprintln(io.Out, "nothing was written")
	return nil
}

// collectFor is how long a dry run listens to what boxes left on the broker.
const collectFor = 3 * time.Second

// known are the ids of boxes, from a file, or else from the broker.
func (s *startFlags) known(ctx context.Context, province string) ([]string, error) {
	ids, err := readIDs(s.boxes)
	if err != nil {
		return nil, err
	}
	fleet, err := rollout.NewFleet(ids)
	if err != nil {
		return nil, fmt.Errorf("read boxes: %w", err)
	}
	if s.boxes != "" || s.broker.url == "" {
		return ids, nil
	}
	broker, err := s.broker.of(province)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, collectFor)
	defer cancel()
	err = fmt.Errorf("broker %s does not answer", s.broker.url)
	broker.Listen(ctx, fleet, slog.New(slog.DiscardHandler), func(lost error) { err = lost })
	return fleet.IDs(), err
}

// printPlan shows the stages; nobody knows how many boxes are in each without
// ids.
func printPlan(w io.Writer, p stages.Plan, ids []string) {
	w = cli.Plain(w) // nobody has checked a plan that is not signed yet
	count := make([]int, len(p.Stages))
	for _, id := range ids {
		count[p.Of(id)]++
	}
	fmt.Fprintf(w, "rollout %d, snapshot %d\n", p.Rollout, p.Snapshot)
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprint(table, "  đợt / stage\tmáy / boxes\tkhông trước / not before")
	if ids != nil {
		fmt.Fprint(table, "\tđã biết / known")
	}
	fmt.Fprintln(table)
	for i, s := range p.Stages {
		fmt.Fprintf(table, "  %d\t%s\t%s", i+1, who(p, i), s.NotBefore.Format(time.RFC3339))
		if ids != nil {
			fmt.Fprintf(table, "\t%d", count[i])
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush() // to a stream whose failure the next line would show
	fmt.Fprintf(w, "  tạm dừng chậm nhất đến / pauses hold until %s at most\n", p.PauseUntil.Format(time.RFC3339))
	if len(p.StopIf) > 0 {
		fmt.Fprintf(w, "  tự tạm dừng khi / paused by who watches if %s\n", strings.Join(p.StopIf, ", "))
	}
}

// who are the boxes of a stage.
func who(p stages.Plan, stage int) string {
	share := stages.Percent(p.Stages[stage].Share)
	switch {
	case stage > 0 || len(p.Canaries) == 0:
		return share
	case p.Stages[0].Share == 0:
		return strings.Join(p.Canaries, ", ")
	}
	return strings.Join(p.Canaries, ", ") + ", " + share
}

// printRollout shows the plan beside a snapshot, if there is one.
func printRollout(w io.Writer, dir string) error {
	plan, err := publish.ReadPlan(dir)
	if err == nil && plan != nil {
		printPlan(w, *plan, nil)
	}
	return err
}
