package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"checkpoint/cmd/internal/cli"
	bars "checkpoint/cmd/internal/progress"
	"checkpoint/image/seed"
	"checkpoint/image/writer"
	"checkpoint/sync/enrol"
)

func imageCommand() *cli.Command {
	return &cli.Command{
		Name: "image", Short: "thẻ nhớ của máy kiểm soát, trên máy tính văn phòng / a box's card, at an office computer",
		Examples: []string{"checkpointctl image disks", `sudo checkpointctl image write card.img.zst --to /dev/sdb --site "Chợ Bình Tây, cổng 1" --lane 1:in`},
		Sub:      []*cli.Command{imageDisks(), imageWrite()},
	}
}

func imageDisks() *cli.Command {
	return &cli.Command{
		Name: "disks", Short: "các đĩa của máy tính này, đĩa nào ghi được / this computer's disks, and which may be written",
		Examples: []string{"checkpointctl image disks"},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("image disks: unexpected argument %q", args[0])
			}
			disks, err := writer.Disks()
			for _, d := range disks {
				says := "ghi được / may be written"
				if err := d.Erasable(false); err != nil {
					says = "không / not: " + err.Error()
				}
				fmt.Fprintf(cli.Plain(io.Out), "%s\n    %s\n", d, says)
			}
			return cli.Hint(err, "chạy với sudo, hoặc quyền quản trị / as root, or as an administrator")
		},
	}
}

// What a clerk does next.
const (
	listDisks      = "các đĩa / the disks: checkpointctl image disks"
	nothingWritten = "chưa ghi gì / nothing was written"
)

// writing is one run of image write.
type writing struct {
	to, key, seedFile, claim, sshKey, lane string
	unsigned, anyDisk                      bool
	seed                                   seed.Seed
}

func imageWrite() *cli.Command {
	var w writing
	return &cli.Command{
		Name: "write", Short: "ghi ảnh lên thẻ, đọc lại, và nói máy là ai / write the image to a card, read it back, and tell the box who it is",
		Examples: []string{
			`sudo checkpointctl image write card.img.zst --to /dev/sdb --site "Chợ Bình Tây, cổng 1" --lane 1:in`,
			"sudo checkpointctl image write card.img.zst --to /dev/sdb --claim checkpoint-claim.txt --key image.pub",
			"sudo checkpointctl image write card.img.zst --to /dev/sdb --seed checkpoint.toml",
		},
		Flags: w.flags,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || w.to == "" {
				return cli.Usage("image write: want one image and --to")
			}
			if w.seedFile != "" && (w.seed.Site+w.lane+w.claim+w.sshKey+w.seed.SiteType+w.seed.WiFi.Name != "" || w.seed.Page) {
				return cli.Usage("image write: --seed has everything in it, other flags say it twice")
			}
			return w.run(ctx, io, args[0])
		},
	}
}

func (w *writing) flags(f *flag.FlagSet) {
	f.StringVar(&w.to, "to", "", "the disk to erase and write: checkpointctl image disks lists them")
	f.StringVar(&w.key, "key", "", "file with the public key of the image's maker (minisign); without it the signature is not looked at")
	f.BoolVar(&w.unsigned, "without-checksum", false, "write an image that has no "+writer.SumsFile+" beside it")
	f.BoolVar(&w.anyDisk, "erase-a-disk-that-is-no-card", false, "let a fixed disk, or one of more than 280 GB, be erased")
	f.StringVar(&w.seedFile, "seed", "", "a whole checkpoint.toml instead of the flags below")
	f.StringVar(&w.seed.Site, "site", "", "how people call the place")
	f.StringVar(&w.seed.SiteType, "site-type", "", "building, market, station, road…")
	f.StringVar(&w.lane, "lane", "", "NAME:in or NAME:out")
	f.StringVar(&w.claim, "claim", "", "the office's checkpoint-claim.txt, put onto the card")
	f.StringVar(&w.seed.Scanner, "scanner", "", "auto, hid-pos, serial or keyboard")
	f.StringVar(&w.seed.WiFi.Name, "wifi", "", "name of the Wi-Fi; its password is asked for")
	f.StringVar(&w.sshKey, "ssh-key", "", "file with the public key that may log in")
	f.BoolVar(&w.seed.Page, "page", false, "the guard's page, for a display on the box")
}

func (w *writing) run(ctx context.Context, io cli.IO, image string) error {
	in := bufio.NewReader(io.In)
	text, err := w.text(ctx, io, in)
	if err != nil {
		return err
	}
	if info, err := os.Stat(image); err != nil || !info.Mode().IsRegular() {
		return cli.Hint(errors.Join(fmt.Errorf("%s không phải là tệp ảnh / is no image", image), err), "ảnh là card.img.zst, cạnh nó có %s / the image is card.img.zst, with %s beside it", writer.SumsFile, writer.SumsFile)
	}
	disk, err := w.disk()
	if err != nil {
		return err
	}
	checked, err := w.check(ctx, io, image)
	if err != nil {
		return err
	}
	if err := confirm(io, in, disk); err != nil {
		return err
	}
	// Minutes may have gone by: it is written only if the same disk is still there.
	if now, err := w.disk(); err != nil || now.String() != disk.String() {
		return cli.Hint(errors.Join(errors.New("đĩa đã thay đổi, không ghi gì / another disk is there now, nothing was written"), err), listDisks)
	}
	n, err := write(ctx, io, image, checked, disk, text)
	if err != nil {
		return cli.Hint(plainly(err), "%s", writeHint(err, n))
	}
	fmt.Fprintf(io.Out, "Đã ghi và đọc lại đúng %s. Tháo thẻ an toàn, lắp vào máy, cắm điện; sau một phút xem %s trên thẻ hoặc đèn trên máy.\n", writer.Size(n), seed.StatusFile)
	fmt.Fprintf(io.Out, "%s written and read back alike. Eject the card, put it into the box, plug it in; a minute later look at %s on the card, or at the LED on the box.\n", writer.Size(n), seed.StatusFile)
	if w.seedFile+w.claim == "" {
		fmt.Fprintf(io.Out, "Thẻ chưa có giấy mời của văn phòng: chép %s vào thẻ, hoặc vào USB rồi cắm vào máy.\nThe card has no claim of the office yet: copy %s onto it, or onto a stick and plug that into the box.\n", enrol.ClaimFile, enrol.ClaimFile)
	}
	return nil
}

// disk is the one that is named, if it may be erased.
func (w *writing) disk() (writer.Disk, error) {
	disk, err := writer.Find(w.to)
	if err != nil {
		return disk, cli.Hint(err, listDisks)
	}
	if err := disk.Erasable(w.anyDisk); err != nil {
		return disk, cli.Hint(fmt.Errorf("%s: %w", disk.Path, err), "%s", refusedHint(err))
	}
	return disk, nil
}

// write shows how far it is.
func write(ctx context.Context, io cli.IO, image string, checked []byte, disk writer.Disk, text []byte) (int64, error) {
	writing, comparing := bars.New(io.Err, "ghi / writing", sizeOf(image)), (*bars.Bar)(nil)
	n, err := writer.Write(ctx, image, checked, disk, text, writer.Progress{Writing: writing.Set, Comparing: func(done, all int64) {
		if comparing == nil {
			writing.Done()
			comparing = bars.New(io.Err, "đọc lại / reading back", all)
		}
		comparing.Set(done)
	}})
	writing.Done()
	if comparing != nil {
		comparing.Done()
	}
	return n, err
}

// plainly is an error in words for a clerk.
func plainly(err error) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("bị ngắt giữa chừng / interrupted")
	}
	return err
}

// text is the seed that goes onto the card, judged as the box will.
func (w *writing) text(ctx context.Context, io cli.IO, in *bufio.Reader) ([]byte, error) {
	text, err := os.ReadFile(w.seedFile)
	if w.seedFile == "" {
		text, err = w.fromFlags(ctx, io, in)
	}
	if err != nil {
		return nil, err
	}
	if _, err := seed.Parse(text); err != nil {
		return nil, cli.Hint(err, nothingWritten)
	}
	return text, nil
}

func (w *writing) fromFlags(ctx context.Context, io cli.IO, in *bufio.Reader) ([]byte, error) {
	var found bool
	if w.seed.Lane, w.seed.Direction, found = strings.Cut(w.lane, ":"); w.lane != "" && !found {
		return nil, cli.Usage("image write: --lane %q: want NAME:in or NAME:out", w.lane)
	}
	for _, file := range []struct {
		path string
		into *string
	}{{w.claim, &w.seed.Claim}, {w.sshKey, &w.seed.SSHKey}} {
		if file.path == "" {
			continue
		}
		b, err := os.ReadFile(file.path)
		if err != nil {
			return nil, err
		}
		*file.into = strings.TrimSpace(seed.Plain(b))
	}
	if w.seed.WiFi.Name != "" {
		fmt.Fprintf(io.Out, "Mật khẩu Wi-Fi %s (không hiện; Enter: mạng mở) / password of the Wi-Fi (not shown; Enter: an open one): ", w.seed.WiFi.Name)
		line, err := hidden(ctx, io, in)
		if err != nil {
			return nil, fmt.Errorf("password of the Wi-Fi: %w", err)
		}
		w.seed.WiFi.Password = strings.TrimRight(line, "\r\n")
	}
	return w.seed.Text()
}

// hidden is a line that is not shown while somebody types it; of a pipe, as it comes.
func hidden(ctx context.Context, io cli.IO, in *bufio.Reader) (string, error) {
	keys := int(os.Stdin.Fd())
	before, err := term.GetState(keys)
	if err != nil { // no terminal
		return in.ReadString('\n')
	}
	type answer struct {
		text []byte
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(keys)
		typed <- answer{text, err}
	}()
	defer fmt.Fprintln(io.Out)
	select {
	case a := <-typed:
		return string(a.text), a.err
	case <-ctx.Done(): // the reader is left waiting; the process ends next
		return "", errors.Join(plainly(ctx.Err()), term.Restore(keys, before))
	}
}

// check returns the image's checksum; nil: nobody wants it looked at.
func (w *writing) check(ctx context.Context, io cli.IO, image string) ([]byte, error) {
	key := ""
	if w.key != "" {
		b, err := os.ReadFile(w.key)
		if err != nil {
			return nil, err
		}
		key = string(b)
	}
	if key == "" && w.unsigned {
		return nil, nil
	}
	bar := bars.New(io.Err, "kiểm tra / checking", sizeOf(image))
	checked, err := writer.Check(ctx, image, key, bar.Set)
	bar.Done()
	switch {
	case errors.Is(err, context.Canceled):
		return nil, cli.Hint(plainly(err), nothingWritten)
	case errors.Is(err, writer.ErrNoSum):
		return nil, cli.Hint(err, "đặt %s của nơi làm ảnh vào cạnh ảnh / put %s of the image's maker beside it", writer.SumsFile, writer.SumsFile)
	case err != nil:
		return nil, cli.Hint(err, nothingWritten+"; tải lại từ trang của tỉnh / download it again, from the province's own site")
	case key == "":
		fmt.Fprintln(io.Err, "Tổng kiểm tra đúng; chữ ký không được xem (--key). / The checksum is right; the signature was not looked at (--key).")
	}
	return checked, nil
}

// confirm names the disk and has somebody type its name: a yes comes too easily.
func confirm(io cli.IO, in *bufio.Reader, d writer.Disk) error {
	name := d.Path[strings.LastIndexAny(d.Path, `/\`)+1:]
	fmt.Fprintf(cli.Plain(io.Out), "SẼ XOÁ HẾT / EVERYTHING ON IT WILL BE ERASED:\n  %s\nGõ %s để ghi / type %s to write it: ", d, name, name)
	line, err := in.ReadString('\n')
	if strings.TrimSpace(line) != name {
		fmt.Fprintln(io.Out)
		return cli.Hint(errors.Join(errors.New("không ghi gì / nothing was written"), eof(err)), "gõ đúng tên đĩa như trên màn hình / type the disk's name as it is shown")
	}
	return nil
}

// eof keeps an error that says more than that the input ended.
func eof(err error) error {
	if err == nil || err.Error() == "EOF" {
		return nil
	}
	return err
}

func refusedHint(err error) string {
	switch {
	case errors.Is(err, writer.ErrMounted):
		return "ngắt (unmount) đĩa trước, đừng bấm đẩy ra (eject), hoặc sudo umount / unmount it first: in the file manager (do not eject it), or with sudo umount"
	case errors.Is(err, writer.ErrFixed), errors.Is(err, writer.ErrLarge):
		return listDisks + "; vẫn muốn ghi / if it is meant all the same: --erase-a-disk-that-is-no-card"
	}
	return listDisks
}

// writeHint is what to do about a card of which n bytes were written.
func writeHint(err error, n int64) string {
	switch {
	case errors.Is(err, writer.ErrMounted):
		return nothingWritten + "; " + refusedHint(err)
	case errors.Is(err, writer.ErrSum), errors.Is(err, writer.ErrCut):
		return "thẻ chưa dùng được: tải lại ảnh rồi ghi lại / the card is not usable now: download the image again, and write it again"
	case errors.Is(err, writer.ErrSmall):
		return "thẻ chưa dùng được: lấy thẻ từ 8 GB / the card is not usable now: take one of 8 GB or more"
	case errors.Is(err, writer.ErrCard), errors.Is(err, writer.ErrGone):
		return "thẻ chưa dùng được: ghi lại, đổi thẻ, rồi đổi đầu đọc / the card is not usable now: try again, then another card, then another reader"
	case errors.Is(err, os.ErrPermission):
		return "chạy với sudo, hoặc quyền quản trị / run it with sudo, or as an administrator"
	case n == 0:
		return nothingWritten
	}
	return "thẻ chưa dùng được: ghi lại / the card is not usable now: write it again"
}

func sizeOf(path string) int64 {
	info, err := os.Stat(filepath.Clean(path))
	if err != nil {
		return -1
	}
	return info.Size()
}
