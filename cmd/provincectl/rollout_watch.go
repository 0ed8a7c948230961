package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys"
	"checkpoint/store/publish"
	"checkpoint/store/stages"
	"checkpoint/sync/rollout"
)

// watchFlags are how a rollout is watched.
type watchFlags struct {
	repoFlags
	broker      brokerFlags
	boxes       string
	stopIf      []string
	sure, every time.Duration
	json        bool
}

func (w *watchFlags) add(f *flag.FlagSet) {
	w.newest(f)
	w.broker.add(f)
	f.StringVar(&w.boxes, "boxes", "", "file of the ids of the boxes that count, one a line (default: all that are heard)")
	f.Func("stop-if", "pause under this condition, beside those in the plan: faults>N%, silent>N% or refuse>N%", func(text string) error {
		_, err := rollout.ParseRule(text)
		w.stopIf = append(w.stopIf, text)
		return err
	})
	f.DurationVar(&w.sure, "sure", time.Minute, "how long a condition must hold before it pauses the rollout")
	f.DurationVar(&w.every, "every", 5*time.Second, "how often to look")
	f.BoolVar(&w.json, "json", false, "a line of JSON at each change, as it is when the output is no terminal")
}

func rolloutWatch() *cli.Command {
	var w watchFlags
	return &cli.Command{
		Name: "watch", Short: "theo dõi, tự tạm dừng khi có sự cố / watch it go out, and pause it under a condition (exit code 3)",
		Examples: []string{
			"provincectl rollout watch --repo repo --online keys/online.key --broker ssl://broker.example:8883 --ca ca.pem --cert office.pem --key office.key",
			"provincectl rollout watch --repo repo --broker tcp://127.0.0.1:1883 --json",
		},
		Flags: w.add,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if w.dir == "" || w.broker.url == "" || w.every <= 0 || len(args) > 0 {
				return cli.Usage("rollout watch: --repo and --broker are needed, and no arguments")
			}
			return w.run(ctx, io)
		},
	}
}

func (w *watchFlags) run(ctx context.Context, io cli.IO) error {
	repo, now, err := w.published()
	if err != nil {
		return err
	}
	broker, err := w.broker.of(now.Province)
	if err != nil {
		return err
	}
	ids, err := readIDs(w.boxes)
	if err != nil {
		return err
	}
	fleet, err := rollout.NewFleet(ids)
	if err != nil {
		return fmt.Errorf("read boxes: %w", err)
	}
	if w.online != "" { // not only when it is needed
		if _, err := keys.ReadSigner(w.online); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var listening sync.WaitGroup
	defer listening.Wait()
	defer cancel()
	var up atomic.Bool
	listening.Go(func() {
		broker.Listen(ctx, fleet, slog.New(slog.NewTextHandler(io.Err, nil)), func(lost error) { up.Store(lost == nil) })
	})
	return w.look(ctx, io, repo, fleet, &up)
}

// look judges what boxes say, again and again. What was heard before the broker
// was lost judges nobody.
func (w *watchFlags) look(ctx context.Context, io cli.IO, repo *publish.Repo, fleet *rollout.Fleet, up *atomic.Bool) error {
	show := w.screen(io.Out)
	var judge *rollout.Judge
	judged := uint64(0)
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, err := repo.Rollout()
		if err != nil {
			return err
		}
		report := fleet.Report(now, time.Now())
		if err := show(report); err != nil {
			return err
		}
		if !up.Load() {
			continue
		}
		if judge == nil || judged != now.Snapshot {
			if judge, err = w.judge(now); err != nil {
				return err
			}
			judged = now.Snapshot
		}
		if stop := judge.Stop(report); stop != "" && !now.Paused {
			return w.stop(io, repo, now, stop)
		}
		if report.Complete() {
			fmt.Fprintf(io.Err, "mọi máy đã có bản %d / every box that is known has snapshot %d\n", now.Snapshot, now.Snapshot)
			return nil
		}
	}
}

// judge takes the conditions of the plan and those of the command.
func (w *watchFlags) judge(now publish.Rollout) (*rollout.Judge, error) {
	texts := w.stopIf
	if now.Plan != nil {
		texts = append(slices.Clone(now.Plan.StopIf), texts...)
	}
	rules, err := rollout.ParseRules(texts)
	return rollout.NewJudge(rules, w.sure), err
}

// stop pauses the rollout and makes noise. Whatever comes of it, somebody has to
// look.
func (w *watchFlags) stop(io cli.IO, repo *publish.Repo, now publish.Rollout, why string) error {
	fmt.Fprintf(io.Err, "\a\nDỪNG / STOP: bản / snapshot %d: %s\n", now.Snapshot, why)
	stopped := func(err error, hint string, args ...any) error {
		return &cli.Error{Err: err, Code: cli.Stopped, Hint: fmt.Sprintf(hint, args...)}
	}
	back := fmt.Sprintf("provincectl rollout abort --back-to NUMBER --repo %s", w.dir)
	if w.online == "" {
		return stopped(fmt.Errorf("rollout of snapshot %d is NOT paused: %s", now.Snapshot, why), "tạm dừng / pause it: provincectl rollout pause --repo %s --online FILE; có --online thì watch tự tạm dừng / watch pauses by itself with --online", w.dir)
	}
	online, err := keys.ReadSigner(w.online)
	if err == nil {
		_, err = repo.Pause(online)
	}
	if err != nil {
		return stopped(fmt.Errorf("rollout of snapshot %d is NOT paused: %s: %w", now.Snapshot, why, err), "quay lại bản cũ / go back: %s", back)
	}
	return stopped(fmt.Errorf("rollout of snapshot %d is paused: %s", now.Snapshot, why), "xem các máy trước, rồi đi tiếp hoặc quay lại / look at the boxes, then go on or back: provincectl rollout resume --repo %s, %s", w.dir, back)
}

// screen draws a table over itself on a terminal, and elsewhere writes a line of
// JSON at each change.
func (w *watchFlags) screen(out io.Writer) func(rollout.Report) error {
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) && !w.json {
		return func(r rollout.Report) error {
			fmt.Fprint(out, "\x1b[H\x1b[2J")
			return printReportOf(out, r)
		}
	}
	var before rollout.Report
	return func(r rollout.Report) error {
		before.Time = r.Time
		if reflect.DeepEqual(before, r) {
			return nil
		}
		before = r
		if err := json.NewEncoder(out).Encode(r); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		return nil
	}
}

func printReportOf(out io.Writer, r rollout.Report) error {
	paused := map[bool]string{true: "   TẠM DỪNG / PAUSED"}[r.Paused]
	fmt.Fprintf(out, "bản / snapshot %d   %s%s\n\n", r.Snapshot, r.Time.Format(time.RFC3339), paused)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "đợt\tphần\tkhông trước\tmáy\txong\tchờ\tlỗi\tngoại tuyến\tim lặng")
	fmt.Fprintln(table, "stage\tshare\tnot before\tboxes\tdone\twaiting\tfailed\toffline\tsilent")
	for _, s := range r.Stages {
		begun := map[bool]string{true: "", false: " *"}[s.Begun]
		share := stages.Percent(s.Share)
		if s.Share == 0 {
			share = "canary"
		}
		fmt.Fprintf(table, "%d%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", s.Stage, begun, share, s.NotBefore.Format(time.RFC3339), s.Boxes, s.Done, s.Waiting, s.Failed, s.Offline, s.Silent)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	for _, d := range r.Deceived {
		fmt.Fprintf(out, "! %s: từ chối lệnh %d, dấu giả %d / refused %d commands, %d forged marks\n", d.Box, d.Commands, d.Marks, d.Commands, d.Marks)
	}
	_, err := fmt.Fprintf(out, "\n* chưa bắt đầu / not begun\nđã kiểm tra / decided %d, từ chối / refused %d\n", r.Decided, r.Refused)
	return err
}
