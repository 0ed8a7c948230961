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

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/wayout"
	"checkpoint/store/durable"
	"checkpoint/sync/enrol"
)

// places are where a claim is looked for when nobody says where it is: the boot
// partition of the card, and sticks.
var places = []string{"/boot/firmware", "/boot", "/media/*", "/media/*/*", "/run/media/*/*", "/mnt"}

// enrolling is one run of the command.
type enrolling struct {
	claim, scan, request, reply string
	runDir                      string // of the daemon
	state, config               string
	anew                        bool

	io      cli.IO
	machine ownedMachine
}

func enrolCommand() *cli.Command {
	var e enrolling
	return &cli.Command{
		Name: "enrol", Short: "đưa máy này vào tỉnh / bring this box into a province",
		Examples: []string{
			"sudo checkpointctl enrol                                  # tìm giấy mời trên thẻ, USB / looks for the claim on card and sticks",
			"sudo checkpointctl enrol --claim /media/usb",
			"sudo checkpointctl enrol --scan /dev/ttyACM0              # quét mã QR / reads the QR code with the scanner",
			"sudo checkpointctl enrol --scan daemon                    # bằng máy quét đang chạy / with the running daemon's own readers",
			"sudo checkpointctl enrol --claim /media/usb --request /media/usb   # không có mạng / without a network",
			"sudo checkpointctl enrol --reply /media/usb",
		},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&e.claim, "claim", "", "file with the claim, or a directory with "+enrol.ClaimFile)
			f.StringVar(&e.scan, "scan", "", "read the claim's QR code: with this scanner's device (checkpointctl detect), or, as `daemon`, with the running daemon's readers")
			runFlag(f, &e.runDir)
			f.StringVar(&e.request, "request", "", "write the request into this directory instead of asking over the network")
			f.StringVar(&e.reply, "reply", "", "take the office's reply from this directory")
			f.StringVar(&e.state, "data", defaultState, "the daemon's state directory")
			f.StringVar(&e.config, "config", config.DefaultPath, "configuration to write if there is none")
			f.BoolVar(&e.anew, "new", false, "begin anew with another claim: new certificate; records, data and the box's key stay")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || e.claim != "" && e.scan != "" || e.request != "" && e.reply != "" {
				return cli.Usage("enrol: no arguments, one of --claim and --scan, one of --request and --reply")
			}
			if err := wayout.Take(); err != nil {
				return err
			}
			e.io, e.machine = io, machineIn(e.state)
			return e.run(ctx)
		},
	}
}

func (e *enrolling) run(ctx context.Context) error {
	unlock, err := e.machine.Lock()
	if err != nil {
		return enrolHint(err)
	}
	defer unlock()
	err = e.steps(ctx)
	if errors.Is(err, context.Canceled) {
		err = cli.Hint(errors.New("dừng lại / interrupted"), "không mất gì: checkpointctl enrol làm tiếp từ chỗ dừng / nothing is lost: checkpointctl enrol goes on where it stopped")
	}
	return err
}

// steps goes on from wherever the box is.
func (e *enrolling) steps(ctx context.Context) error {
	if e.anew {
		if err := e.machine.Forget(); err != nil {
			return enrolHint(err)
		}
	}
	enrolled, err := e.machine.Resume()
	if err != nil {
		return enrolHint(err)
	}
	claim, err := e.takeClaim(ctx)
	if err != nil {
		return enrolHint(err)
	}
	request, message, err := e.machine.Request()
	if err != nil {
		return enrolHint(err)
	}
	code, err := request.Code()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.io.Out, "%s  %s  (%s)\n", claim.Box, claim.Site, claim.Province)
	if !enrolled {
		fmt.Fprintf(e.io.Out, "  mã của tỉnh, đối chiếu với văn phòng   / the province's code, compare:        %s\n", enrol.TrustWords(claim.Trust))
		fmt.Fprintf(e.io.Out, "  mã của máy này, đọc cho văn phòng nghe / this machine's code, read it out:  %s\n", code)
	}
	switch {
	case e.request != "":
		return e.writeRequest(message)
	case e.reply != "":
		return e.takeReply(claim)
	case enrolled:
		return e.askForNewer(ctx, claim, message)
	case claim.Server == "":
		return cli.Hint(errors.New("giấy mời không có địa chỉ mạng / the claim names no server"), "ghi yêu cầu cho văn phòng: checkpointctl enrol --request DIR; nhận trả lời: --reply DIR / checkpointctl enrol --request DIR writes the request for the office; its reply: --reply DIR")
	}
	return e.askUntilGranted(ctx, claim, message)
}

func (e *enrolling) takeClaim(ctx context.Context) (enrol.Claim, error) {
	var text string
	switch {
	case e.scan != "":
		var err error
		if text, err = e.scanClaim(ctx); err != nil {
			return enrol.Claim{}, err
		}
	default:
		path, err := e.findClaim()
		if err != nil {
			return enrol.Claim{}, err
		}
		if path == "" {
			return e.machine.Claim()
		}
		b, err := durable.ReadForeign(path, 4<<10)
		if err != nil {
			return enrol.Claim{}, err
		}
		text = string(b)
	}
	return e.machine.Take(text, time.Now())
}

// findClaim is the file to read; empty: the box has a claim already.
func (e *enrolling) findClaim() (string, error) {
	if e.claim != "" {
		if info, err := os.Stat(e.claim); err == nil && info.IsDir() {
			return filepath.Join(e.claim, enrol.ClaimFile), nil
		}
		return e.claim, nil
	}
	if _, err := e.machine.Claim(); !errors.Is(err, enrol.ErrNoClaim) {
		return "", err
	}
	for _, place := range places {
		found, err := filepath.Glob(filepath.Join(place, enrol.ClaimFile))
		if err == nil && len(found) > 0 {
			fmt.Fprintf(e.io.Out, "giấy mời / claim: %s\n", found[0])
			return found[0], nil
		}
	}
	return "", enrol.ErrNoClaim
}

func (e *enrolling) writeRequest(message []byte) error {
	path := filepath.Join(e.request, enrol.RequestFile)
	if err := durable.Replace(path, message, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(e.io.Out, "yêu cầu: %s. Mang đến văn phòng; rồi: checkpointctl enrol --reply DIR\n", path)
	fmt.Fprintf(e.io.Out, "request: %s. Take it to the office; then: checkpointctl enrol --reply DIR\n", path)
	return nil
}

func (e *enrolling) takeReply(claim enrol.Claim) error {
	b, err := durable.ReadForeign(filepath.Join(e.reply, enrol.ReplyFile), enrol.MaxBody)
	if errors.Is(err, fs.ErrNotExist) {
		return cli.Hint(err, "văn phòng ghi tệp đó / the office writes it there: provincectl box accept %s --request DIR --out DIR", claim.Box)
	}
	if err != nil {
		return err
	}
	return e.accept(claim, b)
}

// askUntilGranted waits for somebody to approve.
func (e *enrolling) askUntilGranted(ctx context.Context, claim enrol.Claim, message []byte) error {
	office, err := e.office(claim)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.io.Out, "Đang chờ văn phòng duyệt; có thể dừng bằng Ctrl-C và chạy lại sau. / Waiting for the office to approve; Ctrl-C stops, run it again later.")
	told := ""
	grant, err := office.AskUntil(ctx, message, func(err error) {
		if now := err.Error(); now != told {
			told = now
			fmt.Fprintf(e.io.Err, "  %s\n", now)
		}
	})
	if err != nil {
		return enrolHint(err)
	}
	return e.accept(claim, grant)
}

// askForNewer looks whether the office has issued another certificate by hand.
func (e *enrolling) askForNewer(ctx context.Context, claim enrol.Claim, message []byte) error {
	if claim.Server == "" {
		return e.done(claim)
	}
	office, err := e.office(claim)
	if err != nil {
		return err
	}
	grant, err := office.Ask(ctx, message)
	if err != nil {
		fmt.Fprintf(e.io.Err, "  %v\n", err)
		return errors.Join(enrolHint(err), e.done(claim))
	}
	return e.accept(claim, grant)
}

func (e *enrolling) office(claim enrol.Claim) (*enrol.Office, error) {
	return enrol.NewOffice(claim, func() time.Time { return claim.At(time.Now()) })
}

func (e *enrolling) accept(claim enrol.Claim, b []byte) error {
	if _, err := e.machine.Accept(b); err != nil && !errors.Is(err, enrol.ErrGrantOutdated) {
		return enrolHint(err)
	}
	return e.done(claim)
}

// done writes the configuration where there is none, and says what is next.
func (e *enrolling) done(claim enrol.Claim) error {
	identity, err := enrol.ReadIdentity(filepath.Join(e.state, filepath.FromSlash(enrol.IdentityFile)))
	if err != nil {
		return err
	}
	fmt.Fprintf(e.io.Out, "Máy đã vào tỉnh; chứng thư đến / enrolled; certificate until %s\n", identity.Leaf.NotAfter.Format(time.DateOnly))
	_, err = os.Stat(e.config)
	if err == nil {
		fmt.Fprintf(e.io.Out, "Giữ nguyên cấu hình / the configuration stays as it is: %s. Next: checkpointd --check; systemctl restart checkpointd\n", e.config)
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := durable.MkdirAll(filepath.Dir(e.config), 0o755); err != nil {
		return err
	}
	if err := durable.Replace(e.config, []byte(configOf(claim, e.state)), 0o640); err != nil {
		return err
	}
	fmt.Fprintf(e.io.Out, "Cấu hình mới / new configuration: %s\n", e.config)
	fmt.Fprintln(e.io.Out, "Tiếp theo: thêm máy quét và chân (checkpointctl detect), rồi checkpointd --check; systemctl restart checkpointd")
	fmt.Fprintln(e.io.Out, "Next: add scanners and pins (checkpointctl detect), then checkpointd --check; systemctl restart checkpointd")
	return groupOf(e.state, e.config)
}
