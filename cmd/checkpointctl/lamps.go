//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
)

func lampsCommand() *cli.Command {
	return &cli.Command{
		Name: "lamps", Short: "đèn, còi và rơ-le / lamps, buzzer and relay",
		Examples: []string{"checkpointctl lamps walk"},
		Sub:      []*cli.Command{walkCommand()},
	}
}

func walkCommand() *cli.Command {
	var dir, lane string
	var alone bool
	return &cli.Command{
		Name: "walk", Short: "thử từng đèn, còi, rơ-le / show each in turn and ask what you see",
		Examples: []string{"checkpointctl lamps walk", "checkpointctl lamps walk --lane 2", "checkpointctl lamps walk --alone"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.StringVar(&lane, "lane", "", "lane (needed where there is more than one)")
			f.BoolVar(&alone, "alone", false, "ask nothing, leave out the relay: two seconds each, for somebody who looks on elsewhere")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("lamps walk: unexpected argument %q", args[0])
			}
			client := control.NewClient(findRunDir(dir))
			status, err := client.Status(ctx)
			if err != nil {
				return notRunning(err)
			}
			i := slices.IndexFunc(status.Lanes, func(l control.LaneStatus) bool { return l.Name == lane })
			if i < 0 && lane == "" && len(status.Lanes) == 1 {
				i = 0
			}
			if i < 0 {
				return cli.Usage("lamps walk: no lane %q on this box (it has %d): name one with --lane", lane, len(status.Lanes))
			}
			w := &lampWalk{client: client, lane: status.Lanes[i].Name, io: io, in: bufio.NewScanner(io.In)}
			fmt.Fprintln(io.Out, "Chờ đến khi không còn ai trước làn… / Waiting until nobody is before the lane…")
			if alone {
				return walkHint(client.Lamp(ctx, control.Lamp{Lane: w.lane, Step: control.AllLamps}))
			}
			return walkHint(w.run(ctx, status.Lanes[i].Pins))
		},
	}
}

func walkHint(err error) error {
	if err != nil && err.Error() == checkpoint.ErrWalkEnded.Error() { // it came over the socket
		return cli.Hint(err, "không ghi nhận gì sai: thử lại khi làn trống / nothing was recorded wrongly: start again when the lane is free")
	}
	return err
}

// lampQuestions ask for what should be seen or heard.
var lampQuestions = map[checkpoint.Walk]string{
	checkpoint.WalkGreen:  "Chỉ đèn XANH sáng? / Only the GREEN lamp is on?",
	checkpoint.WalkAmber:  "Chỉ đèn VÀNG sáng? / Only the AMBER lamp is on?",
	checkpoint.WalkRed:    "Chỉ đèn ĐỎ sáng? / Only the RED lamp is on?",
	checkpoint.WalkStatus: "Chỉ đèn trên máy sáng? / Only the LED on the box is on?",
	checkpoint.WalkBuzzer: "Còi kêu mỗi giây một tiếng? / The buzzer sounds once a second?",
	checkpoint.WalkRelay:  "Cổng vừa mở rồi đóng? / Did the gate open and close again?",
}

// lampWalk is a walk with somebody who looks.
type lampWalk struct {
	client *control.Client
	lane   string
	io     cli.IO
	in     *bufio.Scanner
}

// run shows what is fitted, step by step, and fails if something was not seen.
func (w *lampWalk) run(ctx context.Context, fitted []string) error {
	if len(fitted) == 0 {
		return cli.Hint(errors.New("nothing is fitted on this lane"), "máy có dùng được các chân của làn không: checkpointctl status / checkpointctl status tells whether its lines could be had")
	}
	var missed []string
	for i, name := range fitted {
		step, err := checkpoint.ParseWalk(name)
		if err != nil {
			return err
		}
		if err := w.show(ctx, step, i == 0); err != nil {
			return err
		}
		seen, err := w.ask(lampQuestions[step])
		if err != nil {
			return errors.Join(err, w.show(context.WithoutCancel(ctx), checkpoint.WalkEnd, false))
		}
		if !seen {
			missed = append(missed, name)
		}
	}
	if err := w.show(ctx, checkpoint.WalkEnd, false); err != nil {
		return err
	}
	if len(missed) > 0 {
		return cli.Hint(fmt.Errorf("không đạt / not as it should be: %s", strings.Join(missed, ", ")), "xem lại dây và active_low; chân nào của ai: gpioinfo / look at the wire and at active_low; gpioinfo tells which line is whose")
	}
	fmt.Fprintln(w.io.Out, "Tất cả đều tốt. / All as it should be.")
	return nil
}

func (w *lampWalk) show(ctx context.Context, step checkpoint.Walk, first bool) error {
	return w.client.Lamp(ctx, control.Lamp{Lane: w.lane, Step: step.String(), First: first})
}

// ask wants yes (c, y) or no (k, n).
func (w *lampWalk) ask(question string) (bool, error) {
	for {
		fmt.Fprintf(w.io.Out, "%s [c/k] [y/n] ", question)
		if !w.in.Scan() {
			fmt.Fprintln(w.io.Out)
			if err := w.in.Err(); err != nil {
				return false, err
			}
			return false, errors.New("no answer: the input ended")
		}
		switch strings.ToLower(strings.TrimSpace(w.in.Text())) {
		case "c", "có", "y", "yes":
			return true, nil
		case "k", "không", "n", "no":
			return false, nil
		}
	}
}
