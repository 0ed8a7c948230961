//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/console/control"
	"checkpoint/device/board"
	"checkpoint/image/install"
	"checkpoint/image/slots"
	"checkpoint/sync/update"
)

// systemUpdate is one run of the command.
type systemUpdate struct {
	card               slotCard
	box                systemFiles
	state, run, config string
	fetched, fromStick bool
	now, noRestart     bool
}

func slotUpdate() *cli.Command {
	var u systemUpdate
	return &cli.Command{
		Name: "update", Short: "cài hệ thống mới từ gói đã ký / install a new system from a signed bundle",
		Examples: []string{"sudo checkpointctl system update --from-stick", "sudo checkpointctl system update --now /data/checkpoint-1.4.0.raucb"},
		Flags: func(f *flag.FlagSet) {
			u.card.flags(f)
			u.box.flags(f)
			stateFlag(f, &u.state)
			runFlag(f, &u.run)
			f.StringVar(&u.config, "config", config.DefaultPath, "configuration, for the time of the day at which the box may restart")
			f.BoolVar(&u.fetched, "fetched", false, "the bundle that the daemon fetched, or a stick brought; none is no error")
			f.BoolVar(&u.fromStick, "from-stick", false, "the bundle on the USB stick that is plugged in")
			f.BoolVar(&u.now, "now", false, "restart at once, whoever stands before a lane")
			f.BoolVar(&u.noRestart, "no-restart", false, "leave the restart to others")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			ways := len(args)
			for _, set := range []bool{u.fetched, u.fromStick} {
				if set {
					ways++
				}
			}
			if ways != 1 || u.now && u.noRestart {
				return cli.Usage("system update: want one bundle (or its folder or stick), --from-stick or --fetched, and at most one of --now and --no-restart")
			}
			if u.fetched {
				return u.runFetched(ctx, io)
			}
			return u.execute(ctx, io, args)
		},
	}
}

// runFetched takes what came by itself. Installed or refused for good it is taken
// away: the daemon fetches each bundle once. After anything else it lies there for
// the next run.
func (u *systemUpdate) runFetched(ctx context.Context, io cli.IO) error {
	bundle := update.FetchedSystem(findState(u.state))
	if _, err := os.Stat(bundle); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	err := u.put(ctx, io, bundle)
	if err != nil && !install.Refused(err) {
		return updateHint(err)
	}
	runs := errors.Is(err, install.ErrRuns) // power went before it was taken away
	if runs {
		err = nil
	}
	if err = errors.Join(err, os.Remove(bundle)); err != nil || runs {
		return updateHint(err)
	}
	return u.restart(ctx, io)
}

// execute takes what somebody chose.
func (u *systemUpdate) execute(ctx context.Context, io cli.IO, args []string) error {
	bundle, leave, err := u.find(args)
	if err != nil {
		return updateHint(err)
	}
	if !slices.Contains(args, bundle) {
		fmt.Fprintf(io.Out, "Gói / bundle: %s\n", bundle)
	}
	if err := errors.Join(u.put(ctx, io, bundle), leave()); err != nil {
		return updateHint(err)
	}
	return u.restart(ctx, io)
}

func (u *systemUpdate) find(args []string) (bundle string, leave func() error, err error) {
	if !u.fromStick {
		return bundleAt(args[0])
	}
	devices, err := sticks(board.Sys)
	if err != nil {
		return "", nil, err
	}
	return bundleOnStick(devices)
}

// errTrial: the slot that does not run is the way back, until this one is proven.
var errTrial = errors.New("this system has yet to prove good")

// put installs a bundle.
func (u *systemUpdate) put(ctx context.Context, io cli.IO, from string) error {
	n, err := u.card.name()
	if err != nil {
		return err
	}
	if s, err := u.card.next(); err != nil || !s.Of(n).Proven && s.Of(n.Other()).Proven {
		return errors.Join(err, errTrial)
	}
	i, err := u.box.installer()
	if err != nil {
		return err
	}
	i.Out = io.Err
	b, err := i.Open(ctx, from, u.fetched)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "Cài hệ thống %s vào khe %s, đang chạy %s. / Installing system %s into slot %s, %s runs.\n", b.Version, n.Other(), i.Running.Version, b.Version, n.Other(), i.Running.Version)
	if err := errors.Join(i.Install(ctx, b), b.Close()); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "Đã cài: hệ thống %s chạy từ lần khởi động sau, thử %d lần. / Installed: system %s runs from the next start on, %d tries.\n", b.Version, slots.TriesNew, b.Version, slots.TriesNew)
	return nil
}

// restart waits until nobody is in the way.
func (u *systemUpdate) restart(ctx context.Context, io cli.IO) error {
	if u.noRestart {
		return nil
	}
	var c calm
	if file, err := config.Read(u.config); err == nil {
		c.window = file.Update.RestartWindow
	}
	if !u.now {
		fmt.Fprintf(io.Out, "Chờ khởi động lại: %s. Ctrl-C: để sau. / Waiting to restart: %s. Ctrl-C: later.\n", c.when("vi"), c.when("en"))
	}
	daemon := control.NewClient(findRunDir(u.run))
	for !u.now {
		s, _ := daemon.Status(ctx) // no answer: no lane
		if c.may(s, time.Now()) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Second):
		}
	}
	fmt.Fprintln(io.Out, "Khởi động lại. / Restarting.")
	return exec.CommandContext(ctx, "systemctl", "reboot").Run()
}

// when says what a restart waits for.
func (c *calm) when(language string) string {
	minutes := int(quietFor.Minutes())
	switch {
	case c.window.Given() && language == "vi":
		return fmt.Sprintf("trong khoảng %s, lúc không còn ai chờ quyết định", c.window)
	case c.window.Given():
		return fmt.Sprintf("within %s, when no decision is open", c.window)
	case language == "vi":
		return fmt.Sprintf("khi mọi làn yên %d phút", minutes)
	}
	return fmt.Sprintf("once all lanes were quiet for %d minutes", minutes)
}

// updateHint is the next step when a bundle was not installed.
func updateHint(err error) error {
	const stays = "hệ thống đang chạy giữ nguyên / the system that runs stays; "
	for _, c := range []struct {
		of   error
		next string
	}{
		{install.ErrNoKeyring, "ảnh này không nhận cập nhật: ghi lại thẻ bằng ảnh của tỉnh / write the card anew with an image that was built with a keyring (UPDATE_KEYRING)"},
		{install.ErrUnsigned, "chép lại gói, hoặc xin tỉnh gói khác / copy the bundle again, or ask the province for another one"},
		{install.ErrOther, "xin tỉnh gói cho loại máy này / ask the province for the bundle of this kind of box"},
		{install.ErrOlder, "máy không quay về bản cũ hơn mức đó: xin tỉnh bản mới hơn / a box never goes below its floor: ask the province for a newer one"},
		{install.ErrTried, "báo tỉnh; muốn thử lại: system update TỆP / tell the province; to try it again all the same: checkpointctl system update FILE"},
		{install.ErrGivenUp, "thẻ có thể hỏng: thay thẻ, hoặc cài bằng tay / the card may be worn: change it, or install it by hand: checkpointctl system update FILE"},
		{install.ErrNoRoom, "nối mạng để gửi hết bản ghi, hoặc thay thẻ lớn hơn / let the box send its records, or use a larger card"},
		{install.ErrBusy, "chờ cài xong / wait until that is done: checkpointctl system status"},
		{install.ErrWrite, "thử lại; nếu vẫn hỏng thì thay thẻ / try again; if it fails again, change the card. journalctl -u rauc has more"},
		{errNoStick, "cắm USB có tệp .raucb rồi chạy lại / plug in the stick with the .raucb file and try again"},
		{errManyBundles, "giữ lại một tệp .raucb, hoặc nêu tên tệp / leave one .raucb file there, or name it: checkpointctl system update FILE"},
		{errNoBundle, "chép tệp checkpoint-….raucb của tỉnh lên USB, ngoài cùng hoặc trong một thư mục / copy the province's checkpoint-….raucb onto the stick, at its top or into a folder"},
		{errStickRead, "cần sudo, và USB định dạng FAT32 hoặc exFAT / it takes sudo, and a stick with FAT32 or exFAT"},
		{fs.ErrNotExist, "xem lại tên tệp; gói trên USB thì / look at the name; for a bundle on a stick: sudo checkpointctl system update --from-stick"},
		{errTrial, "chờ vài phút cho máy sẵn sàng rồi thử lại / wait until its lanes were ready for a minute, then try again"},
	} {
		if errors.Is(err, c.of) {
			return cli.Hint(err, "%s", stays+c.next)
		}
	}
	return err
}
