package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"checkpoint/cmd/internal/certificates"
	"checkpoint/cmd/internal/cli"
	"checkpoint/store/publish"
	"checkpoint/sync/rollout"
)

// brokerFlags are how a command reaches the province's broker.
type brokerFlags struct{ url, ca, cert, key string }

func (b *brokerFlags) add(f *flag.FlagSet) {
	f.StringVar(&b.url, "broker", "", "the province's broker, ssl://host:8883, or tcp://127.0.0.1:1883 on its own machine")
	f.StringVar(&b.ca, "ca", "", "PEM file of the broker's authority, for ssl")
	f.StringVar(&b.cert, "cert", "", "PEM file of this machine's certificate, for ssl")
	f.StringVar(&b.key, "key", "", "PEM file of its key, for ssl")
}

func (b *brokerFlags) of(province string) (rollout.Broker, error) {
	broker := rollout.Broker{URL: b.url, Province: province}
	secured, err := certificates.Broker(b.url)
	switch {
	case err != nil:
		return broker, cli.Usage("--broker %v", err)
	case !secured:
		return broker, nil
	case b.ca == "" || b.cert == "" || b.key == "":
		return broker, cli.Usage("--broker %s: --ca, --cert and --key are needed", b.url)
	}
	tls, err := certificates.Client(b.ca, b.cert, b.key)
	broker.TLS = tls
	return broker, err
}

func publishAnnounce() *cli.Command {
	var r repoFlags
	var b brokerFlags
	return &cli.Command{
		Name: "announce", Short: "báo cho các máy có bản mới / tell boxes over the broker that there is a newer snapshot",
		Examples: []string{"provincectl publish announce --repo repo --broker ssl://broker.example:8883 --ca ca.pem --cert office.pem --key office.key"},
		Flags: func(f *flag.FlagSet) {
			r.directory(f)
			b.add(f)
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if r.dir == "" || b.url == "" || len(args) > 0 {
				return cli.Usage("publish announce: --repo and --broker are needed, and no arguments")
			}
			now, err := r.repo().Rollout()
			if err != nil {
				return err
			}
			broker, err := b.of(now.Province)
			if err != nil {
				return err
			}
			if err := broker.Announce(ctx, now.Snapshot); err != nil {
				return cli.Hint(err, "không mất gì: vài phút một lần các máy tự tìm bản mới / nothing is lost: boxes look by themselves every few minutes")
			}
			fmt.Fprintf(io.Out, "snapshot %d of %s is announced\n", now.Snapshot, now.Province)
			return nil
		},
	}
}

// readIDs reads box ids, one a line; what follows # is a remark.
func readIDs(path string) (ids []string, err error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read boxes: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if id := strings.TrimSpace(line); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// published is the newest snapshot of a repository and how it goes out.
func (r *repoFlags) published() (*publish.Repo, publish.Rollout, error) {
	repo := r.repo()
	now, err := repo.Rollout()
	return repo, now, err
}
