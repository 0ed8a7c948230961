package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/print"
	"checkpoint/store/build/sample"
	"checkpoint/store/durable"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
)

func boxCommand() *cli.Command {
	return &cli.Command{
		Name: "box", Short: "máy kiểm soát của tỉnh / the province's boxes",
		Examples: []string{
			"provincectl box invite cho-binh-tay-1 --site 'Chợ Bình Tây, cổng 1' --site-type market --lane 1:in --broker ssl://broker.example:8883 --server https://office.example:8445 --out claim",
			"provincectl box serve --listen :8445 --cert enrol/enrol.pem --key enrol/enrol.key",
			"provincectl box accept cho-binh-tay-1",
			"provincectl box list",
			"provincectl box command cho-binh-tay-1 lamps --broker ssl://broker.example:8883 --ca ca.pem --cert office.pem --key office.key",
		},
		Sub: []*cli.Command{boxInvite(), boxReplace(), boxServe(), boxAccept(), boxRecert(), boxRetire(), boxList(), boxCommandCommand()},
	}
}

// claimFlags are how long a claim holds and where it is written.
type claimFlags struct {
	out  string
	days int
}

func (c *claimFlags) add(f *flag.FlagSet) {
	f.StringVar(&c.out, "out", "", "directory for the claim: a file for a stick or the boot partition, and a QR code (required)")
	f.IntVar(&c.days, "days", 14, "how long it may be used")
}

func (c *claimFlags) valid() time.Duration { return time.Duration(c.days) * 24 * time.Hour }

// claimSide is the size of a claim's code on paper, in millimetres: a long one is
// still read by a scanner in the hand.
const claimSide = 120

// write writes the claim as text, as a picture, and as a sheet to print.
func (c *claimFlags) write(io cli.IO, claim enrol.Claim) error {
	text, err := claim.Text()
	if err != nil {
		return err
	}
	picture, err := sample.QR(text)
	if err != nil {
		return err
	}
	code, err := print.For(text, claimSide, print.HandDistance)
	if err != nil {
		return err
	}
	sheet := print.Label{Code: code, Side: claimSide, Title: claim.Site, Lines: []string{claim.Box + ", " + claim.Expires.Format(time.DateOnly)}}
	if err := os.MkdirAll(c.out, 0o700); err != nil {
		return err
	}
	file := filepath.Join(c.out, enrol.ClaimFile)
	beside := strings.TrimSuffix(file, filepath.Ext(file))
	if err := errors.Join(durable.Replace(file, []byte(text+"\n"), 0o600), durable.Replace(beside+".png", picture, 0o600), durable.Replace(beside+".svg", sheet.SVG(), 0o600)); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "%s: claim in %s, as text, as a QR code and as a sheet to print (SVG), to be used once, until %s\n", claim.Box, c.out, claim.Expires.Format(time.RFC3339))
	fmt.Fprintf(io.Out, "mã của tỉnh / the province's code: %s\n", enrol.TrustWords(claim.Trust))
	fmt.Fprintf(io.Out, "kỹ thuật viên / the technician: checkpointctl enrol --claim %s\n", enrol.ClaimFile)
	return nil
}

func boxInvite() *cli.Command {
	var o officeFlags
	var c claimFlags
	var b office.Box
	var lanes laneFlags
	return &cli.Command{
		Name: "invite", Short: "mời một máy mới / make the claim of a new box",
		Examples: []string{"provincectl box invite cho-binh-tay-1 --site 'Chợ Bình Tây, cổng 1' --site-type market --lane 1:in --lane 2:out --broker ssl://broker.example:8883 --repo https://data.example/checkpoint --server https://office.example:8445 --out claim"},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			c.add(f)
			f.StringVar(&b.Site, "site", "", "what people call the place (required)")
			f.StringVar(&b.SiteType, "site-type", "", "kind of place: building, market, road, … (required)")
			f.Var(&lanes, "lane", "NAME:in or NAME:out; once for each lane (required)")
			f.StringVar(&b.Ways.Broker, "broker", "", "ssl://host:port; without one records stay on the box")
			f.StringVar(&b.Ways.Repo, "repo", "", "https://host/path of the snapshots; without one they are loaded by hand")
			f.BoolVar(&b.Ways.PublicRepo, "repo-public", false, "a public authority answers for --repo, not the province's own")
			f.StringVar(&b.Ways.Server, "server", "", "https://host:port of box serve; without one request and reply go on a stick")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || b.Site == "" || b.SiteType == "" || len(lanes) == 0 || c.out == "" || c.days < 1 {
				return cli.Usage("box invite: one box id, --site, --site-type, --lane and --out are needed")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			b.ID, b.Lanes = args[0], lanes
			claim, err := opened.Invite(b, time.Now(), c.valid())
			if err != nil {
				return boxHint(err)
			}
			return c.write(io, claim)
		},
	}
}

// laneFlags are lanes as NAME:in or NAME:out.
type laneFlags []office.Lane

func (l *laneFlags) String() string { return "" }

func (l *laneFlags) Set(s string) error {
	name, direction, ok := strings.Cut(s, ":")
	if !ok || direction != "in" && direction != "out" {
		return errors.New("want NAME:in or NAME:out")
	}
	*l = append(*l, office.Lane{Name: name, Direction: direction})
	return nil
}

func boxHint(err error) error {
	switch {
	case errors.Is(err, office.ErrNoBox):
		return cli.Hint(err, "xem các máy: provincectl box list; mời máy mới: box invite / provincectl box list shows all; box invite makes a new one")
	case errors.Is(err, office.ErrTaken):
		return cli.Hint(err, "chọn tên khác / choose another name")
	case errors.Is(err, office.ErrCode):
		return cli.Hint(err, "đọc lại từng chữ; nếu vẫn khác thì không duyệt: mời lại máy, giấy mời này sẽ hết hiệu lực / read it out again, letter by letter; if it still differs, do not approve: invite the box anew, which makes this claim void")
	case errors.Is(err, office.ErrState):
		return cli.Hint(err, "đã mời hoặc đã yêu cầu: box invite lại, box accept; đã duyệt: box replace, recert, retire; mã của máy đã bỏ không cấp lại / invited or requested: box invite again, box accept; approved: box replace, recert, retire; retired ids are not given again")
	}
	return err
}

func boxReplace() *cli.Command {
	var o officeFlags
	var c claimFlags
	return &cli.Command{
		Name: "replace", Short: "thay máy hỏng hoặc mất / new hardware takes a box's place; the old certificate is revoked now",
		Examples: []string{"provincectl box replace cho-binh-tay-1 --out claim"},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			c.add(f)
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || c.out == "" || c.days < 1 {
				return cli.Usage("box replace: one box id and --out are needed")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			claim, err := opened.Replace(args[0], time.Now(), c.valid())
			if err != nil {
				return boxHint(err)
			}
			if err := c.write(io, claim); err != nil {
				return err
			}
			fmt.Fprintln(io.Out, "if the old machine was stolen: a new pepper, too (docs/operate.md)")
			return o.tellCRL(io, o.crlFile())
		},
	}
}

func boxRetire() *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: "retire", Short: "bỏ máy / take a box out of service for good: no certificate, no pepper any more",
		Examples: []string{"provincectl box retire cho-binh-tay-1"},
		Flags:    o.add,
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("box retire: one box id is needed")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			if err := opened.Retire(args[0], time.Now()); err != nil {
				return boxHint(err)
			}
			fmt.Fprintf(io.Out, "%s: retired\n", args[0])
			return o.tellCRL(io, o.crlFile())
		},
	}
}

func boxAccept() *cli.Command {
	var o officeFlags
	var code, request, out string
	var days int
	return &cli.Command{
		Name: "accept", Short: "duyệt một máy / approve the machine whose code the technician reads out",
		Examples: []string{
			"provincectl box accept cho-binh-tay-1",
			"provincectl box accept cho-binh-tay-1 --request /media/usb --out /media/usb   # không có mạng / without a network",
		},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			f.StringVar(&code, "code", "", "the code as it was read out (default: asked for)")
			f.StringVar(&request, "request", "", "directory of a stick with the box's request")
			f.StringVar(&out, "out", "", "directory that gets the reply, for a stick")
			f.IntVar(&days, "days", 365, "how long the certificate holds")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || days < 1 {
				return cli.Usage("box accept: one box id is needed")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			if err := takeRequest(opened, request); err != nil {
				return err
			}
			b, err := opened.Box(args[0])
			if err != nil {
				return boxHint(err)
			}
			if b.State == office.Requested && code == "" {
				if code, err = askCode(io, b); err != nil {
					return err
				}
			}
			grant, err := opened.Accept(args[0], code, time.Now(), time.Duration(days)*24*time.Hour)
			if err != nil {
				return boxHint(err)
			}
			fmt.Fprintf(io.Out, "%s: approved\n", args[0])
			return writeReply(io, out, grant)
		},
	}
}

// takeRequest takes in what a technician brought on a stick.
func takeRequest(opened *office.Office, dir string) error {
	if dir == "" {
		return nil
	}
	b, err := durable.ReadForeign(filepath.Join(dir, enrol.RequestFile), enrol.MaxBody)
	if err != nil {
		return cli.Hint(err, "máy viết tệp này / the box writes it: checkpointctl enrol --request DIR")
	}
	var refusal enrol.Refusal
	if _, err = opened.Ask(b, "stick", time.Now()); errors.As(err, &refusal) {
		return cli.Hint(err, "giấy mời còn dùng được không: box list; tạo giấy mới: box invite / box list shows whether the claim is still good; box invite makes a new one")
	}
	if errors.Is(err, enrol.ErrWaiting) {
		return nil
	}
	return err
}

// askCode shows who asks, not the code: it has to come from the box.
func askCode(io cli.IO, b office.Box) (string, error) {
	fmt.Fprintf(io.Out, "%s  %s\n  asked from %s at %s\n", b.ID, b.Site, b.Asked.From, b.Asked.At.Format(time.RFC3339))
	fmt.Fprint(io.Out, "mã trên máy, kỹ thuật viên đọc / the code on the box, as the technician reads it: ")
	in := bufio.NewScanner(io.In)
	if !in.Scan() {
		return "", errors.Join(errors.New("no code was typed"), in.Err())
	}
	return in.Text(), nil
}

func writeReply(io cli.IO, dir string, grant []byte) error {
	if dir == "" {
		return nil
	}
	path := filepath.Join(dir, enrol.ReplyFile)
	if err := durable.Replace(path, grant, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "reply: %s; on the box: checkpointctl enrol --reply DIR\n", path)
	return nil
}

func boxRecert() *cli.Command {
	var o officeFlags
	var out string
	var days int
	return &cli.Command{
		Name: "recert", Short: "cấp lại chứng thư bằng tay / a new certificate, and the pepper of today, by hand",
		Examples: []string{"provincectl box recert cho-binh-tay-1 --out /media/usb"},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			f.StringVar(&out, "out", "", "directory that gets the reply, for a stick; without one the box fetches it: checkpointctl enrol")
			f.IntVar(&days, "days", 365, "how long the certificate holds")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || days < 1 {
				return cli.Usage("box recert: one box id is needed")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			grant, err := opened.Recert(args[0], time.Now(), time.Duration(days)*24*time.Hour)
			if err != nil {
				return boxHint(err)
			}
			fmt.Fprintf(io.Out, "%s: new certificate\n", args[0])
			return writeReply(io, out, grant)
		},
	}
}

func boxList() *cli.Command {
	var o officeFlags
	var asJSON bool
	return &cli.Command{
		Name: "list", Short: "danh sách máy / all boxes: who waits, whose certificate ends",
		Examples: []string{"provincectl box list", "provincectl box list --json"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&o.register, "office", "office", "directory of the register of boxes")
			f.BoolVar(&asJSON, "json", false, "print JSON, without tokens")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("box list: unexpected argument %q", args[0])
			}
			boxes, err := office.Register{Dir: o.register}.Boxes()
			if err != nil {
				return err
			}
			if asJSON {
				for i := range boxes {
					boxes[i].Invitation = nil
				}
				e := json.NewEncoder(io.Out)
				e.SetIndent("", "  ")
				return e.Encode(boxes)
			}
			for _, b := range boxes {
				printBox(io, b)
			}
			return nil
		},
	}
}

func printBox(io cli.IO, b office.Box) {
	fmt.Fprintf(io.Out, "%-24s %-10s %s", b.ID, b.State, b.Site)
	switch b.State {
	case office.Invited:
		fmt.Fprintf(io.Out, "; claim until %s", b.Invitation.Expires.Format(time.RFC3339))
	case office.Requested:
		fmt.Fprintf(io.Out, "; asked from %s at %s: provincectl box accept %s", b.Asked.From, b.Asked.At.Format(time.RFC3339), b.ID)
	case office.Approved:
		fmt.Fprintf(io.Out, "; certificate until %s", b.Certificates[len(b.Certificates)-1].Until.Format(time.DateOnly))
	}
	fmt.Fprintln(io.Out)
}
