package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/enrol/office"
)

func boxServe() *cli.Command {
	var o officeFlags
	var listen, cert, key string
	var days int
	return &cli.Command{
		Name: "serve", Short: "nhận yêu cầu của các máy / take requests and renewals of boxes over HTTPS",
		Examples: []string{"provincectl box serve --listen :8445 --cert enrol/enrol.pem --key enrol/enrol.key"},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			f.StringVar(&listen, "listen", ":8445", "address and port")
			f.StringVar(&cert, "cert", "", "certificate: provincectl ca issue enrol (required)")
			f.StringVar(&key, "key", "", "its key (required)")
			f.IntVar(&days, "days", 365, "how long a renewed certificate holds")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || cert == "" || key == "" || days < 1 {
				return cli.Usage("box serve: --cert and --key are needed, and no arguments")
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err != nil {
				return cli.Hint(err, "tạo cả hai tệp / make both: provincectl ca issue enrol --host NAME --out DIR")
			}
			if len(pair.Certificate) < 2 {
				return cli.Hint(fmt.Errorf("%s holds no authority behind the certificate", cert), "dùng nguyên tệp mà provincectl ca issue đã viết: máy mới nhận ra máy chủ nhờ nơi cấp chứng thư / use the file as provincectl ca issue wrote it: new boxes know the server by its authority")
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "taking requests of boxes of %s on %s\n", opened.Province(), l.Addr())
			s := &office.Server{
				Office: opened, Certificate: pair, Life: time.Duration(days) * 24 * time.Hour,
				Log: slog.New(slog.NewTextHandler(io.Err, nil)), Now: time.Now,
			}
			return s.Serve(ctx, l)
		},
	}
}
