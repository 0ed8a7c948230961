package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
)

// officeFlags are where the office's keys and register lie.
type officeFlags struct{ keys, register string }

func (o *officeFlags) add(f *flag.FlagSet) { o.addAs(f, "keys") }

// addAs is for a command whose --key is another one.
func (o *officeFlags) addAs(f *flag.FlagSet, name string) {
	f.StringVar(&o.keys, name, "keys", "directory of the province's keys")
	f.StringVar(&o.register, "office", "office", "directory of the register of boxes")
}

func (o *officeFlags) open() (*office.Office, error) {
	opened, err := office.Open(o.keys, o.register)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Hint(err, "tạo khoá và nơi cấp chứng thư / make the office's key and authority with: provincectl ca init --keys %s", o.keys)
	}
	return opened, err
}

// crlFile is where the newest revocation list lies.
func (o *officeFlags) crlFile() string { return filepath.Join(o.register, "crl.pem") }

func caCommand() *cli.Command {
	return &cli.Command{
		Name: "ca", Short: "chứng thư của máy trong tỉnh / certificates of the province's machines",
		Examples: []string{
			"provincectl ca init --keys keys",
			"provincectl ca issue broker --host broker.example --out broker",
			"provincectl ca issue collector --out collector",
			"provincectl ca crl --out /etc/mosquitto/crl.pem",
		},
		Sub: []*cli.Command{caInit(), caIssue(), caCRL(), caRevoke()},
	}
}

func caInit() *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: "init", Short: "tạo nơi cấp chứng thư / make the province's authority, once",
		Examples: []string{"provincectl ca init --keys keys"},
		Flags:    o.add,
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("ca init: unexpected argument %q", args[0])
			}
			if err := keys.CheckDir(o.keys); err != nil {
				return cli.Hint(err, "tạo khoá / make the keys with: provincectl keys init --province NAME --out %s", o.keys)
			}
			trust, err := keys.AddOffice(o.keys)
			if err != nil {
				return err
			}
			if _, err := office.NewAuthority(o.keys, trust.Province, time.Now()); err != nil {
				return err
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			if err := opened.WriteCRL(o.crlFile(), time.Now()); err != nil {
				return err
			}
			digest, err := enrol.TrustDigest(trust)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "authority of %s in %s: back the keys up again (provincectl keys backup)\n", trust.Province, filepath.Join(o.keys, office.AuthorityDir))
			fmt.Fprintf(io.Out, "first revocation list: %s, for the broker\n", o.crlFile())
			fmt.Fprintf(io.Out, "mã của tỉnh, kỹ thuật viên đối chiếu / the province's code, for technicians to compare: %s\n", enrol.TrustWords(digest))
			return nil
		},
	}
}

func caIssue() *cli.Command {
	var o officeFlags
	var hosts, name, out string
	var days int
	return &cli.Command{
		Name: "issue", Short: "cấp chứng thư / make key and certificate: broker, web, enrol, collector or office",
		Examples: []string{
			"provincectl ca issue broker --host broker.example,10.0.0.5 --out broker",
			"provincectl ca issue enrol --host office.example --out enrol",
			"provincectl ca issue collector --name collector.2 --out collector-2",
		},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			f.StringVar(&hosts, "host", "", "names and addresses of a server, with commas between")
			f.StringVar(&name, "name", "", "name of the machine, also of its files (default: what it is; a collector: collector.ID)")
			f.StringVar(&out, "out", "", "directory for NAME.key, NAME.pem and ca.pem (required)")
			f.IntVar(&days, "days", 730, "how long it holds")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || out == "" || days < 1 {
				return cli.Usage("ca issue: want broker, web, enrol, collector or office, and --out")
			}
			p := office.Profile(args[0])
			switch p {
			case office.ForBroker, office.ForWeb, office.ForEnrol, office.ForCollector, office.ForOffice:
			default:
				return cli.Usage("ca issue: %q: want broker, web, enrol, collector or office; boxes: provincectl box accept", args[0])
			}
			switch {
			case name == "" && p == office.ForCollector:
				name = "collector.1"
			case name == "":
				name = args[0]
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			var list []string
			if hosts != "" {
				list = strings.Split(hosts, ",")
			}
			c, err := opened.Issue(p, name, list, out, time.Now(), time.Duration(days)*24*time.Hour)
			if err != nil {
				return cli.Hint(err, "máy chủ cần --host, máy khách thì không; mỗi tên cho một loại máy; khoá không bị ghi đè: chọn --out khác / servers need --host, clients have none; a name serves one kind of machine; keys are never replaced: choose another --out")
			}
			fmt.Fprintf(io.Out, "%s for %s until %s: %s\n", name, p, c.Until.Format(time.DateOnly), filepath.Join(out, name+".{key,pem}"))
			return nil
		},
	}
}

func caCRL() *cli.Command {
	var o officeFlags
	var out string
	return &cli.Command{
		Name: "crl", Short: "danh sách chứng thư đã thu hồi / the list of revoked certificates, for the broker",
		Examples: []string{"provincectl ca crl --out /etc/mosquitto/crl.pem"},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			f.StringVar(&out, "out", "", "file that gets it (default crl.pem in --office)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("ca crl: unexpected argument %q", args[0])
			}
			if out == "" {
				out = o.crlFile()
			}
			return o.tellCRL(io, out)
		},
	}
}

// tellCRL writes the list and says what to do with it.
func (o *officeFlags) tellCRL(io cli.IO, path string) error {
	opened, err := o.open()
	if err != nil {
		return err
	}
	if err := opened.WriteCRL(path, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "revocation list: %s; good for 30 days. The broker takes it when it is started again\n", path)
	return nil
}

func caRevoke() *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: "revoke", Short: "thu hồi chứng thư của một máy chủ / take back the certificates of a machine that is no box",
		Examples: []string{"provincectl ca revoke collector.2"},
		Flags:    o.add,
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("ca revoke: want the name of one machine")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			if err := opened.Revoke(args[0], time.Now()); err != nil {
				return cli.Hint(err, "với máy kiểm soát / for boxes: provincectl box retire, box replace")
			}
			fmt.Fprintf(io.Out, "%s: revoked\n", args[0])
			return o.tellCRL(io, o.crlFile())
		},
	}
}
