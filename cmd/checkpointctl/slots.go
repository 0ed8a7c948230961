//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/image/slots"
	"checkpoint/store/release"
	"checkpoint/store/system"
)

// slotCard is a card with two systems, and which of them runs.
type slotCard struct{ disk, running string }

func (c *slotCard) flags(f *flag.FlagSet) {
	f.StringVar(&c.disk, "card", slots.Disk, "the card: a device, or an image in a file")
	f.StringVar(&c.running, "running", "", "which system runs, A or B (default: as the loader said)")
}

// name is the system that runs.
func (c *slotCard) name() (slots.Name, error) {
	n, ok := slots.Name(c.running), c.running == string(slots.A) || c.running == string(slots.B)
	if c.running != "" && !ok {
		return "", cli.Usage("--running is A or B, not %q", c.running)
	}
	if ok {
		return n, nil
	}
	n, ok, err := slots.Running()
	if err == nil && !ok {
		err = cli.Hint(errors.New("máy này không khởi động từ thẻ có hai hệ thống / this machine was not started by the card's loader"), "chỉ chạy trên máy / this is for the box itself: ssh root@BOX, then checkpointctl system …")
	}
	return n, err
}

// open opens the card.
func (c *slotCard) open(how int) (*os.File, error) {
	f, err := os.OpenFile(c.disk, how, 0)
	return f, cli.Hint(err, "chỉ chạy trên máy, bằng quyền root / this is for the box itself, by root: sudo checkpointctl system …")
}

// read is the state on the card; one that is lost is that of a new card, and said
// with slots.ErrLost.
func (c *slotCard) read() (slots.State, error) {
	f, err := c.open(os.O_RDONLY)
	if err != nil {
		return slots.New(), err
	}
	defer f.Close()
	return slots.Read(f)
}

// alter changes the state on the card.
func (c *slotCard) alter(how func(*slots.State)) error {
	f, err := c.open(os.O_RDWR)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := system.Lock(f); err != nil { // RAUC and checkpoint-good may come together
		return err
	}
	return slots.Change(f, how)
}

// change alters it with regard to the system that runs.
func (c *slotCard) change(how func(*slots.State, slots.Name)) error {
	n, err := c.name()
	if err != nil {
		return err
	}
	return c.alter(func(s *slots.State) { how(s, n) })
}

func slotStatus() *cli.Command {
	var c slotCard
	var box systemFiles
	var run string
	return &cli.Command{
		Name: "status", Short: "hai hệ thống trên thẻ, hệ nào đang chạy / the card's two systems, and which one runs",
		Examples: []string{"sudo checkpointctl system status"},
		Flags:    func(f *flag.FlagSet) { c.flags(f); box.flags(f); runFlag(f, &run) },
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("system status: unexpected argument %q", args[0])
			}
			n, err := c.name()
			if err != nil {
				return err
			}
			s, err := c.read()
			if err != nil && !errors.Is(err, slots.ErrLost) {
				return err
			}
			for _, name := range []slots.Name{slots.A, slots.B} {
				fmt.Fprintln(io.Out, describe(s, name, n))
			}
			started := s.Next() == n
			err = errors.Join(err, box.describe(io.Out, started))
			if text := offered(ctx, run, box.failed(), started); text != "" {
				fmt.Fprintln(io.Out, text)
			}
			return err
		},
	}
}

// askFor is how long the daemon is waited for by a command that has more to say.
const askFor = 3 * time.Second

// offered is a line about the newer system that the daemon knows of; empty: none.
// A technician reads the slots also on a box whose daemon is down. What was tried
// here and failed is not waited for; of what has not had its start the line before
// tells.
func offered(ctx context.Context, run string, tried release.Version, started bool) string {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	s, err := control.NewClient(findRunDir(run)).Status(ctx)
	if err != nil || s.Update == nil || s.Update.System == "" {
		return ""
	}
	if s.Update.System == tried.String() {
		if !started {
			return ""
		}
		return "bản được đưa ra đã thử ở đây, không chạy: chờ bản sau / the one that is offered was tried here and does not run: the box waits for the next"
	}
	text, h := "bản mới được đưa ra / a newer one is offered: "+s.Update.System, s.Update.SystemHeld
	if h == nil {
		return text
	}
	at := h.NotBefore.Format(time.RFC3339)
	text += fmt.Sprintf("; chờ đợt %d trên %d, không trước %s / waits for stage %d of %d, not before %s", h.Stage, h.Of, at, h.Stage, h.Of, at)
	if h.Paused {
		text += "; tỉnh đang tạm dừng / PAUSED by the province"
	}
	return text
}

// describe is one line about a system.
func describe(s slots.State, name, running slots.Name) string {
	slot, text := s.Of(name), string(name)
	if name == running {
		text += "  đang chạy / runs"
	}
	if name == s.First {
		text += "  ưu tiên / wanted"
	}
	switch {
	case slot.Proven:
		text += "  đã chạy tốt / was ready"
	case s.GivenUp(name) && name != running: // else it is on its last try
		text += "  không dùng / not started"
	default:
		text += "  chưa rõ / not proven"
	}
	return fmt.Sprintf("%s  còn %d lần thử / %d tries left", text, slot.Left, slot.Left)
}

func slotGood() *cli.Command {
	var c slotCard
	var box systemFiles
	var run string
	return &cli.Command{
		Name: "good", Short: "hệ thống này chạy tốt: đếm lại từ đầu / this system works: the loader's count begins anew",
		Examples: []string{"sudo checkpointctl system good"},
		Flags:    func(f *flag.FlagSet) { c.flags(f); box.flags(f); runFlag(f, &run) },
		Run: func(ctx context.Context, _ cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("system good: unexpected argument %q", args[0])
			}
			status, err := control.NewClient(findRunDir(run)).Status(ctx)
			if err != nil {
				return notRunning(err)
			}
			if status.Fault != "" { // a new system that cannot read the box's configuration is no good
				return &cli.Error{Err: fmt.Errorf("the box is out of service: %s", status.Fault), Code: cli.NotConfigured, Hint: "hệ thống chỉ được coi là tốt khi các làn sẵn sàng / a system counts as good once its lanes are ready"}
			}
			return errors.Join(c.change((*slots.State).Good), box.proved())
		},
	}
}

func slotRollback() *cli.Command {
	var c slotCard
	var anyway bool
	return &cli.Command{
		Name: "rollback", Short: "lần sau khởi động hệ thống kia / start the other system from the next start on",
		Examples: []string{"sudo checkpointctl system rollback"},
		Flags: func(f *flag.FlagSet) {
			c.flags(f)
			f.BoolVar(&anyway, "anyway", false, "also a system that was given up: three more tries")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("system rollback: unexpected argument %q", args[0])
			}
			var to slots.Name
			refused := false
			err := c.change(func(s *slots.State, n slots.Name) {
				to = n.Other()
				if refused = s.GivenUp(to) && !anyway; !refused {
					s.Prefer(to)
				}
			})
			if err != nil {
				return err
			}
			if refused {
				return cli.Hint(fmt.Errorf("hệ thống %s đã bị bỏ: chưa từng sẵn sàng, hoặc không còn nguyên / system %s was given up: it never became ready, or is not whole", to, to),
					"không có gì thay đổi; thử lại ba lần: --anyway / nothing was changed; for three more tries: --anyway")
			}
			fmt.Fprintf(io.Out, "Lần khởi động sau: hệ thống %s. / From the next start on: system %s.\n", to, to)
			return nil
		},
	}
}

// slotTrial ends the trial of a system that never became ready. Only where the
// other one is proven: a box that nobody has set up must not restart for ever.
func slotTrial() *cli.Command {
	var c slotCard
	var dry bool
	return &cli.Command{
		Name: "trial", Short: "khởi động lại nếu hệ thống mới chưa chạy tốt / restart if a new system has not become ready",
		Examples: []string{"sudo checkpointctl system trial"},
		Flags: func(f *flag.FlagSet) {
			c.flags(f)
			f.BoolVar(&dry, "dry-run", false, "say what would be done")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("system trial: unexpected argument %q", args[0])
			}
			over := false
			if err := c.change(func(s *slots.State, n slots.Name) { over = !s.Of(n).Proven && s.Of(n.Other()).Proven }); err != nil {
				return err
			}
			if !over {
				fmt.Fprintln(io.Out, "Hệ thống này ở lại. / This system stays.")
				return nil
			}
			fmt.Fprintln(io.Out, "Hệ thống mới không chạy được, khởi động lại. / The new system did not become ready: restarting.")
			if dry {
				return nil
			}
			unix.Sync()
			return unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
		},
	}
}
