package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys"
	"checkpoint/store/publish"
)

func rolloutCommand() *cli.Command {
	return &cli.Command{
		Name: "rollout", Short: "đưa bản mới ra từng đợt / bring a snapshot out in stages",
		Examples: []string{
			"provincectl rollout start --canary hoan-kiem-01 --stages 5%,25%,100% --wait 30m --stop-if 'faults>2%' snap",
			"provincectl rollout watch --repo repo --online keys/online.key --broker ssl://broker.example:8883 --ca ca.pem --cert office.pem --key office.key",
			"provincectl rollout status --repo repo",
			"provincectl rollout pause --repo repo --online keys/online.key",
			"provincectl rollout abort --back-to 40 --repo repo --online keys/online.key --out back",
		},
		Sub: []*cli.Command{rolloutStart(), rolloutStatus(), rolloutWatch(), rolloutPause("pause"), rolloutPause("resume"), rolloutAbort()},
	}
}

func rolloutPause(name string) *cli.Command {
	var r repoFlags
	var system bool
	short := map[string]string{
		"pause":  "tạm dừng / have boxes that do not have it yet stay without it",
		"resume": "tiếp tục / take a pause back; stages whose time has come go together",
	}
	return &cli.Command{
		Name: name, Short: short[name],
		Examples: []string{"provincectl rollout " + name + " --repo repo --online keys/online.key", "provincectl rollout " + name + " --system --repo repo --online keys/online.key"},
		Flags: func(f *flag.FlagSet) {
			r.newest(f)
			f.BoolVar(&system, "system", false, "the rollout of the system (provincectl publish system), not of the snapshot")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || r.online == "" || len(args) > 0 {
				return cli.Usage("rollout %s: --repo and --online are needed, and no arguments", name)
			}
			online, err := keys.ReadSigner(r.online)
			if err != nil {
				return err
			}
			if system {
				return pauseSystem(io, r.repo(), online, name == "pause")
			}
			if name == "resume" {
				now, err := r.repo().Resume(online)
				if err != nil {
					return err
				}
				fmt.Fprintf(io.Out, "rollout of snapshot %d goes on\n", now.Snapshot)
				return nil
			}
			now, err := r.repo().Pause(online)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "rollout of snapshot %d is paused, until %s at most\n", now.Snapshot, now.Plan.PauseUntil.Format(time.RFC3339))
			return nil
		},
	}
}

func pauseSystem(io cli.IO, repo *publish.Repo, online ed25519.PrivateKey, pause bool) error {
	if !pause {
		now, err := repo.ResumeSystem(online)
		if err == nil {
			fmt.Fprintf(io.Out, "rollout of system %s goes on\n", now.Version)
		}
		return err
	}
	now, err := repo.PauseSystem(online)
	if err == nil {
		fmt.Fprintf(io.Out, "rollout of system %s is paused, until %s at most; boxes that have fetched it install it\n", now.Version, now.Plan.PauseUntil.Format(time.RFC3339))
	}
	return err
}

func rolloutAbort() *cli.Command {
	var r repoFlags
	var back uint64
	var from, out string
	return &cli.Command{
		Name: "abort", Short: "bỏ, quay lại bản cũ / stop, and make a new number with the old layers for officers to sign",
		Examples: []string{
			"provincectl rollout abort --back-to 40 --repo repo --online keys/online.key --out back",
			"provincectl rollout abort --back-to 38 --from snap-38 --repo repo --online keys/online.key --out back",
		},
		Flags: func(f *flag.FlagSet) {
			r.newest(f)
			f.Uint64Var(&back, "back-to", 0, "number of the snapshot whose layers and policy come back (required)")
			f.StringVar(&from, "from", "", "directory of that snapshot (default: the repository still has it)")
			f.StringVar(&out, "out", "", "directory for the new snapshot; must not exist (required)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || r.online == "" || back == 0 || out == "" || len(args) > 0 {
				return cli.Usage("rollout abort: --back-to, --repo, --online and --out are needed, and no arguments")
			}
			if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
				return cli.Hint(fmt.Errorf("rollout abort: %s is there already", out), "chọn --out khác / choose another --out")
			}
			repo, now, err := r.published()
			if err != nil {
				return err
			}
			if err := r.pauseFirst(io, repo, now); err != nil {
				return err
			}
			m, err := repo.Revert(back, from, out)
			if err != nil {
				return cli.Hint(err, "nêu thư mục của bản đó, còn chữ ký của các cán bộ, bằng --from nếu kho không còn giữ hoặc giữ bản khác / --from names a directory of that snapshot as officers signed it, if the repository has forgotten it or holds another")
			}
			fmt.Fprintf(io.Out, "snapshot %d in %s carries the layers and the policy of %d, whose data are of %s\n", m.Number, out, back, m.CreatedAt().Format(time.RFC3339))
			fmt.Fprintf(io.Out, "next: officers compare it with %d as they have it, and sign: provincectl snapshot sign --key FILE %s\nthen: provincectl snapshot publish --end-rollout --repo %s --online %s %s\n", back, out, r.dir, r.online, out)
			return nil
		},
	}
}

// pauseFirst keeps more boxes from taking what is to be aborted, while officers
// come together to sign.
func (r *repoFlags) pauseFirst(io cli.IO, repo *publish.Repo, now publish.Rollout) error {
	if !now.Running(time.Now()) || now.Paused {
		return nil
	}
	online, err := keys.ReadSigner(r.online)
	if err != nil {
		return err
	}
	if _, err := repo.Pause(online); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "rollout of snapshot %d is paused\n", now.Snapshot)
	return nil
}
