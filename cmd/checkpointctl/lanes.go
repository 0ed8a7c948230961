//go:build linux

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/console/faults"
	"checkpoint/console/messages"
	"checkpoint/store/keys"
)

// findRunDir is the run-time directory of the daemon to talk to: the one that
// was named, the box's own, or that of `make run` in this checkout.
func findRunDir(named string) string {
	for _, dir := range []string{named, os.Getenv("CHECKPOINT_RUN"), "/run/checkpoint", ".run/run"} {
		if dir == "" {
			continue
		}
		if dir == named || answers(filepath.Join(dir, control.SocketName)) {
			return dir
		}
	}
	return "/run/checkpoint"
}

// answers tells whether somebody listens: a daemon that was killed leaves its
// socket behind.
func answers(socket string) bool {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	c.Close()
	return true
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
		return cli.Hint(err, "chạy với sudo / the daemon's socket is for its own user and group: run this with sudo")
	}
	return cli.Hint(err, "chương trình có chạy không? / is the daemon running? systemctl status checkpointd, or make run in a checkout")
}

func decideCommand() *cli.Command {
	var dir, lane string
	return &cli.Command{
		Name: "decide", Short: "trả lời thay nút bấm / answer the open decision: passed, denied, other, list, again, call, undo or override",
		Examples: []string{"checkpointctl decide passed", "checkpointctl decide denied --lane 2", "checkpointctl decide other   # máy chờ giấy thứ hai 30 giây / the next scan within 30 s joins", "checkpointctl decide undo", "checkpointctl decide override"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.StringVar(&lane, "lane", "", "lane (needed where there is more than one)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("decide: want passed, denied, other, list, again, call, undo or override")
			}
			answer, err := checkpoint.ParseAnswer(args[0])
			if err != nil {
				return cli.Usage("decide: %q: want passed, denied, other, list, again, call, undo or override", args[0])
			}
			decide := control.Decide{Lane: lane, Answer: args[0]}
			if answer == checkpoint.AnswerOverride {
				if decide.PIN, err = newSecrets(io).ask("PIN trưởng ca / shift lead's PIN: "); err != nil {
					return err
				}
			}
			if err := control.NewClient(findRunDir(dir)).Decide(ctx, decide); err != nil {
				return cli.Hint(err, "mỗi làn đang chờ gì: checkpointctl status / checkpointctl status shows what each lane waits for")
			}
			fmt.Fprintf(io.Out, "%s: %s\n", args[0], cmp.Or(doneTexts[answer], "đã ghi / recorded"))
			return nil
		},
	}
}

// doneTexts say what became of an answer that leaves no record.
var doneTexts = map[checkpoint.Answer]string{
	checkpoint.AnswerOther: "đưa giấy thứ hai vào đầu đọc trong 30 giây / show the second paper to the reader within 30 s",
	checkpoint.AnswerList:  "gửi kèm bản ghi, đề nghị tỉnh sửa dữ liệu; gõ lại là bỏ / with the answer's record the province is asked to correct the data; once more takes it back",
	checkpoint.AnswerAgain: "làn sẵn sàng / the lane is ready",
	checkpoint.AnswerCall:  "trang hiện số điện thoại trực ban / the page shows the duty officer's phone number",
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
		fmt.Fprintf(io.Out, "  ngừng phục vụ / out of service: %s\n", strings.ReplaceAll(s.Fault, "\n", "\n    "))
	}
	if s.Box == "" {
		return // not configured: there is nothing more to tell
	}
	for _, l := range s.Lanes {
		fmt.Fprintf(io.Out, "  làn / lane %s: %s", l.Name, l.State)
		if l.Verdict != "" {
			fmt.Fprintf(io.Out, ", %s %s", l.Verdict, l.Reason)
		}
		if !l.Second.IsZero() {
			fmt.Fprint(io.Out, ", chờ giấy thứ hai / wants a second paper")
		}
		for _, r := range l.Readers {
			fmt.Fprintf(io.Out, ", máy quét / reader %s %s", r.Name, either(r.Connected, "đang nối / connected", "MẤT KẾT NỐI / UNPLUGGED"))
			if r.Sight != checkpoint.SightClear {
				fmt.Fprintf(io.Out, " KHÔNG THẤY GÌ / SEES NOTHING (%s)", r.Sight)
			}
		}
		for _, c := range l.Contacts {
			fmt.Fprintf(io.Out, ", %s", contactWords[c])
		}
		if l.Disagree != "" {
			fmt.Fprintf(io.Out, ", CỔNG / GATE: %s / %s", messages.Finding(l.Disagree, messages.Vietnamese), messages.Finding(l.Disagree, messages.English))
		}
		if l.GateFail != "" {
			fmt.Fprintf(io.Out, ", cổng / gate: %s", strings.ReplaceAll(l.GateFail, "\n", "; "))
		}
		fmt.Fprintln(io.Out)
		for _, r := range l.Readers {
			if why := l.ReaderFail[r.Name]; why != "" {
				fmt.Fprintf(io.Out, "    %s: %s\n", r.Name, why)
			}
		}
	}
	if s.Quiet {
		fmt.Fprintln(io.Out, "  âm thanh / sound: TẮT, trừ lỗi và khẩn cấp; đổi ở trang Cài đặt / OFF but for faults and emergencies: changed on the page, under Settings")
	}
	printSnapshot(io, s)
	printJournal(io, s.Journal)
	if p := s.Photos; p != nil {
		fmt.Fprintf(io.Out, "  ảnh tờ khai giấy / photos of paper forms: %d chờ gửi / wait, %d kB\n", p.Waiting, p.Bytes/1000)
	}
	printLink(io, s)
	printProvince(io, s)
	fmt.Fprintf(io.Out, "  đồng hồ / clock: %s, %s\n", s.Clock.Time.Format(time.RFC3339), either(s.Clock.Trusted, "tin được / trusted", "KHÔNG TIN ĐƯỢC: không ai tự động được qua / NOT TRUSTED: nobody is admitted automatically"))
	printFaults(io, s.Told())
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// contactWords say what an active contact means.
var contactWords = map[string]string{
	checkpoint.ContactFire.String(): "BÁO CHÁY / FIRE ALARM", checkpoint.ContactDoor.String(): "cửa mở / door open", checkpoint.ContactPassage.String(): "có người trong lối / somebody in the passage",
	checkpoint.ContactExit.String(): "nút ra được bấm / exit button pressed", checkpoint.ContactTamper.String(): "VỎ MÁY BỊ MỞ / BOX OPENED",
	checkpoint.Button1.String(): "nút 1 đang bấm / button 1 pressed", checkpoint.Button2.String(): "nút 2 đang bấm / button 2 pressed", checkpoint.Button3.String(): "nút 3 đang bấm / button 3 pressed", checkpoint.ButtonPriority.String(): "nút ưu tiên đang bấm / button priority pressed",
}

func printSnapshot(io cli.IO, s control.Status) {
	switch {
	case s.Snapshot.Number != 0:
		fmt.Fprintf(io.Out, "  dữ liệu / snapshot: %d of %s (cách đây / ago: %s), quy tắc / policy %d\n", s.Snapshot.Number, s.Snapshot.Created.Format(time.RFC3339), age(s.Clock.Time.Sub(s.Snapshot.Created)), s.Snapshot.Policy)
	case s.Fault != "":
		fmt.Fprintln(io.Out, "  dữ liệu / snapshot: CHƯA CÓ / NONE")
	default:
		fmt.Fprintln(io.Out, "  dữ liệu / snapshot: CHƯA CÓ / NONE; nạp / load one: checkpointctl snapshot load DIR")
	}
	if s.Snapshot.Fault != "" {
		fmt.Fprintf(io.Out, "    %s\n", s.Snapshot.Fault)
	}
	if u := s.Update; u != nil {
		fmt.Fprintf(io.Out, "  cập nhật / updates: mới nhất / newest offered %d%s", u.Offered, either(u.Stale, ", CŨ: không nghe được tỉnh / STALE: the province is not heard", ""))
		if u.All > 0 {
			fmt.Fprintf(io.Out, ", đang tải / fetching (%d %%)", 100*u.Done/u.All)
		}
		fmt.Fprintln(io.Out, waits(u.Held))
		if u.System != "" {
			fmt.Fprintf(io.Out, "  hệ thống / system: %s được đưa ra / is offered%s\n", u.System, waits(u.SystemHeld))
		}
		if u.Fault != "" {
			fmt.Fprintf(io.Out, "    %s\n", u.Fault)
		}
	}
}

// waits says why what is offered is not taken.
func waits(h *control.Held) string {
	if h == nil {
		return ""
	}
	at := h.NotBefore.Format(time.RFC3339)
	return fmt.Sprintf(", chờ đợt %[1]d trên %[2]d, không trước %[3]s / waits for stage %[1]d of %[2]d, not before %[3]s%[4]s", h.Stage, h.Of, at, either(h.Paused, "; tỉnh đang tạm dừng / PAUSED by the province", ""))
}

// age is a duration as people say it: in days from two days on.
func age(d time.Duration) string {
	if days := d / (24 * time.Hour); days >= 2 {
		return fmt.Sprintf("%d ngày / days", days)
	}
	return d.Round(time.Minute).String()
}

func printJournal(io cli.IO, j control.Journal) {
	fmt.Fprintf(io.Out, "  sổ / journal: %d bản ghi chờ gửi / records wait, %d kB%s\n", j.Waiting, j.Bytes/1000, either(j.Full, ", ĐẦY: không ghi được nữa / FULL: nothing can be recorded", ""))
	if j.Fault != "" {
		fmt.Fprintf(io.Out, "    %s\n", j.Fault)
	}
}

// printLink leaves out what cannot be known while something nearer is wrong.
func printLink(io cli.IO, s control.Status) {
	l := s.Link
	if l.Broker == "" {
		fmt.Fprintln(io.Out, "  kết nối / link: chưa cấu hình / none configured")
		return
	}
	switch {
	case l.Connected:
		fmt.Fprintf(io.Out, "  kết nối / link: %s, đang nối / connected, nơi nhận / collector %s\n", l.Broker, either(l.Collector, "có / present", "vắng / absent"))
	case slices.ContainsFunc(s.Told(), func(f faults.Found) bool { return f.Code == faults.CableOut }):
		fmt.Fprintln(io.Out, "  kết nối / link: MẤT / OFFLINE, dây mạng bị rút / the cable is out")
	default:
		fmt.Fprintf(io.Out, "  kết nối / link: %s, MẤT / OFFLINE\n", l.Broker)
	}
	if l.Fault != "" {
		fmt.Fprintf(io.Out, "    %s\n", l.Fault)
	}
	if l.Forged > 0 {
		fmt.Fprintf(io.Out, "    dấu xác nhận / marks: %d GIẢ, đã từ chối / FORGED and refused\n", l.Forged)
	}
}

// printFaults says what is wrong, the worst first, each with what to do.
func printFaults(io cli.IO, told []faults.Found) {
	for _, f := range told {
		row, _ := faults.Of(f.Code)
		fmt.Fprintf(io.Out, "  ! %s: %s", f.Code, row.Title.Both())
		if f.Where != "" {
			fmt.Fprintf(io.Out, " (%s)", f.Where)
		}
		fmt.Fprintf(io.Out, "\n    → %s\n", step(row))
	}
}

// step is what to do about a fault, with its command.
func step(f faults.Fault) string {
	if f.Next == "" {
		return f.Act.Both()
	}
	return f.Act.Both() + ": " + f.Next
}

// printProvince says how the box stands with the province's office.
func printProvince(io cli.IO, s control.Status) {
	if c := s.Certificate; c != nil {
		fmt.Fprintf(io.Out, "  chứng thư / certificate: đến / until %s\n", c.Until.Format(time.DateOnly))
		if c.Fault != "" {
			fmt.Fprintf(io.Out, "    %s\n", c.Fault)
		}
	}
	if c := s.Commands; c != nil && c.Refused > 0 {
		fmt.Fprintf(io.Out, "  lệnh / commands: %d BỊ TỪ CHỐI / REFUSED, sau cùng / the last one: %s\n", c.Refused, c.LastRefusal)
	}
}
