package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
)

// findRunDir is the run-time directory of the daemon to talk to: the one that
// was named, the box's own, or that of `make run` in this checkout.
func findRunDir(named string) string {
	for _, dir := range []string{named, os.Getenv("CHECKPOINT_RUN"), "/run/checkpoint", ".run/run"} {
		if dir == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, control.SocketName)); err == nil || dir == named {
			return dir
		}
	}
	return "/run/checkpoint"
}

func runFlag(f *flag.FlagSet, dir *string) {
	f.StringVar(dir, "run", "", "the daemon's run-time directory (default /run/checkpoint, or that of make run)")
}

// findState is the state directory to work on: the one that was named, the
// box's own, or that of `make run` in this checkout.
func findState(named string) string {
	for _, dir := range []string{named, defaultState, ".run/state"} {
		if dir == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, keys.ProvinceFile)); err == nil || dir == named {
			return dir
		}
	}
	return defaultState
}

func stateFlag(f *flag.FlagSet, dir *string) {
	f.StringVar(dir, "data", "", "the daemon's state directory (default "+defaultState+", or that of make run)")
}

func notRunning(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return cli.Hint(err, "the daemon's socket is for its own user and group: run this with sudo")
	}
	return cli.Hint(err, "is the daemon running? systemctl status checkpointd, or make run in a checkout")
}

func decideCommand() *cli.Command {
	var dir, lane string
	return &cli.Command{
		Name: "decide", Short: "trả lời thay nút bấm / answer the open decision: passed, denied or undo",
		Examples: []string{"checkpointctl decide passed", "checkpointctl decide denied --lane 2", "checkpointctl decide undo"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.StringVar(&lane, "lane", "", "lane (needed where there is more than one)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("decide: want passed, denied or undo")
			}
			if _, err := checkpoint.ParseAnswer(args[0]); err != nil {
				return cli.Usage("decide: %q: want passed, denied or undo", args[0])
			}
			if err := control.NewClient(findRunDir(dir)).Decide(ctx, control.Decide{Lane: lane, Answer: args[0]}); err != nil {
				return cli.Hint(err, "checkpointctl status shows what each lane waits for")
			}
			fmt.Fprintf(io.Out, "%s: recorded\n", args[0])
			return nil
		},
	}
}

func statusCommand() *cli.Command {
	var dir string
	var asJSON bool
	return &cli.Command{
		Name: "status", Short: "tình trạng máy / what the box is doing",
		Examples: []string{"checkpointctl status", "checkpointctl status --json"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.BoolVar(&asJSON, "json", false, "print JSON")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("status: unexpected argument %q", args[0])
			}
			s, err := control.NewClient(findRunDir(dir)).Status(ctx)
			if err != nil {
				return notRunning(err)
			}
			if asJSON {
				e := json.NewEncoder(io.Out)
				e.SetIndent("", "  ")
				return e.Encode(s)
			}
			printStatus(io, s)
			return nil
		},
	}
}

func printStatus(io cli.IO, s control.Status) {
	if s.Box != "" {
		fmt.Fprintf(io.Out, "%s  %s  (%s, %s)\n", s.Box, s.Site, s.Province, s.Version)
	} else {
		fmt.Fprintf(io.Out, "checkpointd %s\n", s.Version)
	}
	if s.Fault != "" {
		fmt.Fprintf(io.Out, "  out of service: %s\n", strings.ReplaceAll(s.Fault, "\n", "\n    "))
	}
	if s.Box == "" {
		return // not configured: there is nothing more to tell
	}
	for _, l := range s.Lanes {
		fmt.Fprintf(io.Out, "  lane %s: %s", l.Name, l.State)
		if l.Verdict != "" {
			fmt.Fprintf(io.Out, ", %s %s", l.Verdict, l.Reason)
		}
		for _, r := range l.Readers {
			fmt.Fprintf(io.Out, ", reader %s %s", r.Name, map[bool]string{true: "connected", false: "UNPLUGGED"}[r.Connected])
		}
		for _, c := range l.Contacts {
			fmt.Fprintf(io.Out, ", %s", contactWords[c])
		}
		if l.Disagree != "" {
			fmt.Fprintf(io.Out, ", GATE: %s", messages.Finding(l.Disagree, messages.English))
		}
		if l.GateFail != "" {
			fmt.Fprintf(io.Out, ", gate: %s", strings.ReplaceAll(l.GateFail, "\n", "; "))
		}
		fmt.Fprintln(io.Out)
		for _, r := range l.Readers {
			if why := l.ReaderFail[r.Name]; why != "" {
				fmt.Fprintf(io.Out, "    %s: %s\n", r.Name, why)
			}
		}
	}
	printSnapshot(io, s)
	printJournal(io, s.Journal)
	printLink(io, s.Link)
	fmt.Fprintf(io.Out, "  clock: %s, %s\n", s.Clock.Time.Format(time.RFC3339), map[bool]string{true: "trusted", false: "NOT TRUSTED: nobody is admitted automatically"}[s.Clock.Trusted])
}

// contactWords say what an active contact means.
var contactWords = map[string]string{
	checkpoint.ContactFire.String(): "FIRE ALARM", checkpoint.ContactDoor.String(): "door open", checkpoint.ContactPassage.String(): "somebody in the passage",
	checkpoint.ContactExit.String(): "exit button pressed", checkpoint.ContactTamper.String(): "BOX OPENED",
	checkpoint.ButtonPass.String(): "button pass pressed", checkpoint.ButtonDeny.String(): "button deny pressed", checkpoint.ButtonPriority.String(): "button priority pressed",
}

func printSnapshot(io cli.IO, s control.Status) {
	switch {
	case s.Snapshot.Number != 0:
		fmt.Fprintf(io.Out, "  snapshot: %d of %s (%s old), policy %d\n", s.Snapshot.Number, s.Snapshot.Created.Format(time.RFC3339), age(s.Clock.Time.Sub(s.Snapshot.Created)), s.Snapshot.Policy)
	case s.Fault != "":
		fmt.Fprintln(io.Out, "  snapshot: NONE")
	default:
		fmt.Fprintln(io.Out, "  snapshot: NONE; load one: checkpointctl snapshot load DIR")
	}
	if s.Snapshot.Fault != "" {
		fmt.Fprintf(io.Out, "    %s\n", s.Snapshot.Fault)
	}
	if u := s.Update; u != nil {
		fmt.Fprintf(io.Out, "  updates: newest offered %d%s", u.Offered, map[bool]string{true: ", STALE: the province is not heard", false: ""}[u.Stale])
		if u.All > 0 {
			fmt.Fprintf(io.Out, ", fetching (%d %%)", 100*u.Done/u.All)
		}
		if h := u.Held; h != nil {
			fmt.Fprintf(io.Out, ", waits for stage %d of %d, not before %s%s", h.Stage, h.Of, h.NotBefore.Format(time.RFC3339), map[bool]string{true: "; PAUSED by the province", false: ""}[h.Paused])
		}
		fmt.Fprintln(io.Out)
		if u.Fault != "" {
			fmt.Fprintf(io.Out, "    %s\n", u.Fault)
		}
	}
}

// age is a duration as people say it: in days from two days on.
func age(d time.Duration) string {
	if days := d / (24 * time.Hour); days >= 2 {
		return fmt.Sprintf("%d days", days)
	}
	return d.Round(time.Minute).String()
}

func printJournal(io cli.IO, j control.Journal) {
	fmt.Fprintf(io.Out, "  journal: %d records wait, %d kB%s\n", j.Waiting, j.Bytes/1000, map[bool]string{true: ", FULL: nothing can be recorded", false: ""}[j.Full])
	if j.Fault != "" {
		fmt.Fprintf(io.Out, "    %s\n", j.Fault)
	}
}

func printLink(io cli.IO, l control.Link) {
	if l.Broker == "" {
		fmt.Fprintln(io.Out, "  link: none configured")
		return
	}
	fmt.Fprintf(io.Out, "  link: %s, %s, collector %s\n", l.Broker, map[bool]string{true: "connected", false: "OFFLINE"}[l.Connected], map[bool]string{true: "present", false: "absent"}[l.Collector])
	if l.Fault != "" {
		fmt.Fprintf(io.Out, "    %s\n", l.Fault)
	}
}

// Where `make run` puts the virtual scanner and the sample cards, below its
// run-time directory.
const (
	scannerLink = "scanner"
	cardsLink   = "cards"
)

func scanCommand() *cli.Command {
	var dir, name, payload, device string
	return &cli.Command{
		Name: "scan", Short: "quẹt thẻ mẫu vào máy đang chạy thử / show a sample card to the box of make run",
		Examples: []string{"checkpointctl scan --sample green", "checkpointctl scan --payload '001090000011||…'"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.StringVar(&name, "sample", "", "name of a sample card: green, amber, red, unknown, withdrawn, …")
			f.StringVar(&payload, "payload", "", "a payload of your own instead")
			f.StringVar(&device, "device", "", "serial device to write to (default: the virtual scanner of make run)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if (name == "") == (payload == "") || len(args) > 0 {
				return cli.Usage("scan: want --sample NAME or --payload TEXT")
			}
			run := findRunDir(dir)
			if name != "" {
				var err error
				if payload, err = samplePayload(run, name); err != nil {
					return err
				}
			}
			if device == "" {
				device = filepath.Join(run, scannerLink)
			}
			return show(ctx, io, control.NewClient(run), device, payload)
		},
	}
}

func samplePayload(run, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(run, cardsLink, sample.CardsFile))
	if err != nil {
		return "", cli.Hint(fmt.Errorf("read sample cards: %w", err), "start the sample checkpoint first: make run")
	}
	var cards []sample.Card
	if err := json.Unmarshal(text, &cards); err != nil {
		return "", fmt.Errorf("read sample cards: %w", err)
	}
	var names []string
	for _, c := range cards {
		if c.Name == name {
			return c.Payload, nil
		}
		names = append(names, c.Name)
	}
	return "", cli.Usage("scan: no sample card %q; there are %s", name, strings.Join(names, ", "))
}

// show writes a code to the scanner and prints what the lane decides.
func show(ctx context.Context, io cli.IO, client *control.Client, device, payload string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- client.Events(ctx, ready, func(e control.Event) bool {
			if e.Verdict == "" || e.State == checkpoint.StateReading.String() {
				return true
			}
			if e.Notice == checkpoint.DecideFirst { // this scan was refused; the event tells of the one before
				fmt.Fprintf(io.Out, "%s  %s\n", e.Notice, messages.Reason(e.Notice, nil, messages.Vietnamese).What)
				return false
			}
			text := messages.Reason(e.Reason, e.Args, messages.Vietnamese)
			verdict, _ := checkpoint.ParseVerdict(e.Verdict)
			fmt.Fprintf(io.Out, "%s / %s  %s  %s\n", messages.Word(verdict, messages.Vietnamese), messages.Word(verdict, messages.English), e.Reason, text.What)
			return false
		})
	}()
	select {
	case <-ready:
	case err := <-done:
		return notRunning(err)
	}
	f, err := os.OpenFile(device, os.O_WRONLY, 0)
	if err != nil {
		return cli.Hint(fmt.Errorf("open scanner: %w", err), "make run prints the path of its virtual scanner")
	}
	defer f.Close()
	if _, err := f.WriteString(payload + "\r"); err != nil {
		return fmt.Errorf("write to scanner: %w", err)
	}
	if err := <-done; err != nil {
		return cli.Hint(fmt.Errorf("no decision within 5 s: %w", err), "a card just scanned is taken once; an open decision refuses others: checkpointctl status")
	}
	return nil
}
