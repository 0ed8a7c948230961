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
)

// startFlags are what a rollout is planned by.
type startFlags struct {
	repoFlags
	planFlags
	broker       brokerFlags
	boxes        string
	stopIf       []string
	goOn, dryRun bool
}

func (s *startFlags) add(f *flag.FlagSet) {
	s.planFlags.add(f, "5%,25%,100%", 30*time.Minute)
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
	o, err := s.options("rollout start")
	if err != nil {
		return stages.Plan{}, err
	}
	o.StopIf = s.stopIf
	plan, err := stages.New(m.Number, o)
	if err != nil {
		return plan, cli.Usage("rollout start: %w", err)
	}
	return plan, s.past("rollout start", plan)
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
	fmt.Fprintf(w, "rollout %d, snapshot %d\n", p.Rollout, p.Snapshot)
	printTable(w, p, ids)
}

func printTable(w io.Writer, p stages.Plan, ids []string) {
	count := make([]int, len(p.Stages))
	for _, id := range ids {
		count[p.Of(id)]++
	}
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
