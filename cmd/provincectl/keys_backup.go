package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys/backup"
)

func keysBackup(work int) *cli.Command {
	var dir, officers, out string
	var threshold int
	return &cli.Command{
		Name: "backup", Short: "chia khoá cho các cán bộ giữ / split the keys between officers",
		Examples: []string{"provincectl keys backup --keys keys --officers officers.txt --threshold 2 --out backup"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&dir, "keys", "keys", "directory with the keys; everything in it is backed up")
			f.StringVar(&officers, "officers", "", "one officer a line: \"passphrase NAME\" or \"age1… NAME\" (required)")
			f.IntVar(&threshold, "threshold", 2, "how many officers together can restore; no fewer than sign a snapshot")
			f.StringVar(&out, "out", "backup", "new directory for the shares, the bundle and a sheet to print")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if officers == "" || len(args) > 0 {
				return cli.Usage("keys backup: --officers is needed, and no arguments")
			}
			list, err := readOfficers(officers)
			if err != nil {
				return err
			}
			draft, err := backup.Prepare(dir, out, names(list), threshold, time.Now())
			if err != nil { // before anybody types
				return cli.Hint(err, "chưa ghi gì / nothing was written")
			}
			to, err := recipients(ctx, list, work)
			if err != nil {
				return err
			}
			if err := draft.Write(to); err != nil {
				return cli.Hint(err, "chưa ghi gì / nothing was written")
			}
			tellBackup(io.Out, draft.Backup, out)
			return nil
		},
	}
}

func names(list []listed) (names []string) {
	for _, o := range list {
		names = append(names, o.name)
	}
	return names
}

func tellBackup(w io.Writer, b backup.Backup, out string) {
	fmt.Fprintf(w, "backup %s of %s in %s, opened by every %d of %d officers as a test:\n", b.Backup, b.Province, out, b.Needed, len(b.Officers))
	for i, o := range b.Officers {
		fmt.Fprintf(w, "  %-12s to %s alone\n", backup.ShareFile(i+1), o.Name)
	}
	fmt.Fprintf(w, "  %-12s a copy to everybody; it opens for nobody alone\n", backup.BundleFile)
	fmt.Fprintf(w, "  %-12s to print: who has what, how to restore\n", backup.SheetFile)
	fmt.Fprintf(w, "in it: %s\n", strings.Join(b.Files, ", "))
	if len(b.Missing) > 0 {
		fmt.Fprintf(w, "note: not in it, for their secrets are not in the directory: %s\n", strings.Join(b.Missing, ", "))
	}
	fmt.Fprintf(w, "next: hand the shares out, delete them here, and try: provincectl keys restore --check --bundle %s %s\n", filepath.Join(out, backup.BundleFile), b.Example())
}

func restoreHint(err error) error {
	for cause, hint := range map[error]string{
		backup.ErrTooFew:  "xin phần của các cán bộ đó / ask those officers for their shares",
		backup.ErrMixed:   "dòng \"backup:\" trong mỗi phần cho biết phần đó của bản sao lưu nào; tờ giấy ghi đủ các phần / the line \"backup:\" in a share says which backup it is of; the sheet names all of it",
		backup.ErrLocked:  "chưa ghi gì; mỗi phần mở bằng mật khẩu hoặc tệp khoá của chính cán bộ giữ nó / nothing was written; each share opens with its own officer's passphrase or identity file",
		backup.ErrDamaged: "chưa ghi gì; có thể dùng phần của cán bộ khác / nothing was written; shares of other officers may do as well",
		backup.ErrMissing: "nêu bundle.tar của cùng bản sao lưu bằng --bundle; cán bộ nào cũng có một bản / --bundle names the bundle.tar of the same backup; every officer has a copy",
		fs.ErrExist:       "chọn --out khác; khoá không bao giờ bị ghi đè / choose another --out; keys are never overwritten",
	} {
		if errors.Is(err, cause) {
			return cli.Hint(err, "%s", hint)
		}
	}
	return err
}
