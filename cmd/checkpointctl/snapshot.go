//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/store/durable"
	"checkpoint/store/release"
	"checkpoint/store/snapshot"
	"checkpoint/sync/update"
)

const defaultState = "/var/lib/checkpoint"

func snapshotCommand() *cli.Command {
	return &cli.Command{
		Name: "snapshot", Short: "dữ liệu trên máy / the data on the box",
		Examples: []string{"checkpointctl snapshot load /media/usb/snap", "checkpointctl snapshot list"},
		Sub:      []*cli.Command{snapshotLoad(), snapshotList(), snapshotRollback(), snapshotScrub()},
	}
}

func snapshotLoad() *cli.Command {
	var named, run string
	return &cli.Command{
		Name: "load", Short: "nạp dữ liệu từ thư mục hoặc USB / take in a snapshot directory",
		Examples: []string{"checkpointctl snapshot load /media/usb/snap"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &run)
			stateFlag(f, &named)
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("snapshot load: want one snapshot directory")
			}
			state := findState(named)
			store, trust, err := snapshots.Store(state)
			if err != nil {
				return stateHint(err, "--data")
			}
			unix.Umask(0o022) // what is taken in is public, and the daemon is another user
			m, err := load(ctx, io, args[0], state, store, trust)
			if err != nil {
				return loadHint(err)
			}
			if err := handOver(state); err != nil {
				return err
			}
			return tell(ctx, io, control.NewClient(findRunDir(run)), m)
		},
	}
}

// tell has the daemon switch to m and prints what it says.
func tell(ctx context.Context, io cli.IO, daemon *control.Client, m snapshot.Manifest) error {
	used, err := daemon.Reload(ctx)
	switch {
	case errors.As(err, new(*control.Refusal)):
		return cli.Hint(fmt.Errorf("snapshot %d is on the box, but the daemon does not use it: %w", m.Number, err), "xem lỗi bằng checkpointctl status / checkpointctl status shows what is wrong")
	case err == nil && used.Fault != "":
		return cli.Hint(fmt.Errorf("snapshot %d is on the box, but the daemon does not use it: %s", m.Number, used.Fault), "xem lỗi bằng checkpointctl status / checkpointctl status shows what is wrong")
	}
	fmt.Fprintf(io.Out, "snapshot %d of %s is in use (data of %s)\n", m.Number, m.Province, m.CreatedAt().Format(time.RFC3339))
	if err != nil {
		fmt.Fprintln(io.Out, "no daemon was told; one that runs on this state directory switches within 5 s")
	}
	return nil
}

// stateHint is the next step when a state directory could not be used.
func stateHint(err error, flag string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &cli.Error{Err: err, Code: cli.NotConfigured, Hint: "máy chưa có khoá của tỉnh; nêu thư mục trạng thái có province.json và pepper bằng / the box has no keys of the province yet; its state directory, with province.json and pepper in it, is named with " + flag}
	}
	return cli.Hint(err, "sửa tệp đó trong thư mục trạng thái rồi thử lại / mend that file in the state directory (%s) and try again", flag)
}

// load takes in a snapshot directory as the builder leaves it, or a stick as
// `provincectl snapshot export` fills it.
func load(ctx context.Context, io cli.IO, from, state string, store *snapshot.Box, trust snapshot.Trust) (snapshot.Manifest, error) {
	// Not this machine's clock: whether it can be trusted the daemon knows.
	floor, err := durable.Time(filepath.Join(state, "clock-floor")).Load()
	if err != nil {
		return snapshot.Manifest{}, err
	}
	if !update.IsRepository(from) {
		return store.Load(from, snapshot.Incoming{Check: snapshots.Check, Progress: progress(io), Latest: snapshot.Latest(floor, false)})
	}
	system := "" // this machine has no use for one
	running, ok, err := release.Fetches()
	if err != nil {
		return snapshot.Manifest{}, err
	}
	if ok {
		system = filepath.Join(state, update.SystemDir)
	}
	client := update.New(update.Options{
		System: system, Running: running,
		Box: store, Officers: trust.Snapshot, Dir: filepath.Join(state, snapshots.UpdateDir), Carrier: update.Directory(from),
		Now: func() time.Time { return floor }, Check: snapshots.Check, Progress: progress(io),
	})
	if _, err := client.Update(ctx); err != nil {
		return snapshot.Manifest{}, err
	}
	n, err := store.Current()
	if err != nil {
		return snapshot.Manifest{}, err
	}
	return store.Manifest(n)
}

func loadHint(err error) error {
	switch {
	case errors.Is(err, update.ErrStale):
		return cli.Hint(err, "chưa thay đổi gì; USB đã quá cũ: xin chép lại bản mới / nothing was changed; the stick is too old: have it filled anew")
	case errors.Is(err, update.ErrRollback):
		return cli.Hint(err, "chưa thay đổi gì; dữ liệu trên máy mới hơn USB / nothing was changed; the box has newer data than the stick")
	case errors.Is(err, update.ErrBusy):
		return cli.Hint(err, "chương trình đang tải dữ liệu: chờ xong, hoặc dừng nó trước / the daemon is fetching a snapshot: wait, or stop it first")
	case errors.Is(err, update.ErrNoRoom):
		return cli.Hint(err, "chưa thay đổi gì, máy vẫn dùng bản đang có; cần thẻ lớn hơn / nothing was changed, the snapshot in use stays; a larger card is needed")
	case errors.Is(err, update.ErrLink):
		return cli.Hint(err, "chưa thay đổi gì, phần đã chép được giữ lại: cắm lại USB rồi chạy lại lệnh / nothing was changed, what came is kept: plug the stick in again and repeat the command")
	case errors.Is(err, snapshot.ErrOtherPepper):
		return cli.Hint(err, "chưa thay đổi gì, máy vẫn dùng bản đang có; máy giữ khoá pepper khác với tỉnh: đăng ký lại máy, hoặc xin bản dựng bằng khoá này / nothing was changed, the snapshot in use stays; this box's pepper is another than the province's: enrol the box with the province's pepper, or ask for a snapshot built with this one")
	case errors.Is(err, snapshot.ErrCreated):
		return cli.Hint(err, "chưa thay đổi gì, máy vẫn dùng bản đang có; đồng hồ nơi dựng bản này sai: xin tỉnh bản có giờ đúng / nothing was changed, the snapshot in use stays; the province's clock was wrong: ask for a snapshot built with the right one")
	case errors.Is(err, snapshot.ErrUntrusted):
		return cli.Hint(err, "chưa thay đổi gì, máy vẫn dùng bản đang có; xin tỉnh bản mới hơn, đủ chữ ký / nothing was changed, the snapshot in use stays; ask the province for a signed, newer one")
	case errors.Is(err, snapshot.ErrDamaged):
		return cli.Hint(err, "chưa thay đổi gì, máy vẫn dùng bản đang có; chép lại thư mục, hoặc dùng USB khác / nothing was changed, the snapshot in use stays; copy the directory again, or use another stick")
	}
	return cli.Hint(err, "chưa thay đổi gì, máy vẫn dùng bản đang có / nothing was changed, the snapshot in use stays")
}

// progress draws a bar a step on a terminal, and nothing elsewhere.
func progress(io cli.IO) func(string, int64, int64) {
	f, ok := io.Err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	var step string
	return func(now string, done, all int64) {
		if now != step {
			step = now
			bar = progressbar.NewOptions64(all, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(step), progressbar.OptionClearOnFinish())
		}
		_ = bar.Set64(done) // a bar that cannot be drawn stops nothing
	}
}

func snapshotList() *cli.Command {
	var named string
	return &cli.Command{
		Name: "list", Short: "các bản đang giữ / the snapshots on the box",
		Examples: []string{"checkpointctl snapshot list"},
		Flags:    func(f *flag.FlagSet) { stateFlag(f, &named) },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("snapshot list: unexpected argument %q", args[0])
			}
			store, _, err := snapshots.Store(findState(named))
			if err != nil {
				return stateHint(err, "--data")
			}
			current, err := store.Current()
			if err != nil {
				return cli.Hint(err, "nạp một bản / load one: checkpointctl snapshot load DIR")
			}
			kept, err := store.Kept()
			if err != nil {
				return err
			}
			for _, n := range kept {
				fmt.Fprintf(io.Out, "%d%s\n", n, map[bool]string{true: "  in use", false: ""}[n == current])
			}
			return nil
		},
	}
}
