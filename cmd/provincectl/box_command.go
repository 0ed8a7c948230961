package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/sync/enrol/office"
	"checkpoint/sync/wire"
)

func boxCommandCommand() *cli.Command {
	var o officeFlags
	var b brokerFlags
	var wait, valid time.Duration
	var out string
	return &cli.Command{
		Name: "command", Short: "ra lệnh cho máy / have a box fetch data, walk its lamps, start again or tell how it is; never: open the gate",
		Examples: []string{
			"provincectl box command cho-binh-tay-1 fetch --broker ssl://broker.example:8883 --ca ca.pem --cert office.pem --key office.key",
			"provincectl box command cho-binh-tay-1 restart --valid 24h --broker …",
			"provincectl box command cho-binh-tay-1 diagnose --out cho-binh-tay-1.json --broker …",
		},
		Flags: func(f *flag.FlagSet) {
			o.addAs(f, "province-keys")
			b.add(f)
			f.StringVar(&out, "out", "", "file for a diagnosis, opened with the key of records in --province-keys")
			f.DurationVar(&wait, "wait", 30*time.Second, "how long to wait for the box")
			f.DurationVar(&valid, "valid", time.Hour, "how long a box that is away may take to obey, 7 days at most")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 2 || b.url == "" || valid <= 0 || valid > 7*24*time.Hour {
				return cli.Usage("box command: box id, fetch, lamps, restart or diagnose, and --broker are needed; --valid is 7 days at most")
			}
			if (args[1] == wire.Diagnose.String()) != (out != "") {
				return cli.Usage("box command: diagnose needs --out, the others have none")
			}
			order, err := wire.ParseOrder(args[1])
			if err != nil {
				return cli.Usage("box command: %v", err)
			}
			opened, err := o.open()
			if err != nil {
				return err
			}
			reached, err := b.of(opened.Province())
			if err != nil {
				return err
			}
			command, err := opened.Command(args[0], order, time.Now(), valid)
			if err != nil {
				return boxHint(err)
			}
			sealed, err := send(ctx, io, office.Broker{URL: reached.URL, TLS: reached.TLS}, command, wait)
			if err != nil || order != wire.Diagnose {
				return err
			}
			return o.writeDiagnosis(io, command, sealed, out)
		},
	}
}

func send(ctx context.Context, io cli.IO, broker office.Broker, c wire.Command, wait time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	sealed, err := broker.Send(ctx, c)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, cli.Hint(fmt.Errorf("%s has not answered in %s", c.Box, wait), "nếu broker đã nhận lệnh, máy sẽ làm theo khi có mạng lại trước %[1]s; lệnh nào bị từ chối: checkpointctl status trên máy / if the broker has the command, the box obeys when it comes back before %[1]s; checkpointctl status on the box tells what it refused", c.Expires.Format(time.RFC3339))
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(io.Out, "%s: %s, taken\n", c.Box, c.Order)
	return sealed, nil
}

// writeDiagnosis opens what a box told of itself.
func (o *officeFlags) writeDiagnosis(io cli.IO, c wire.Command, sealed []byte, out string) error {
	key, err := keys.ReadRecords(filepath.Join(o.keys, keys.RecordsFile))
	if err != nil {
		return cli.Hint(err, "bản chẩn đoán được niêm phong cho khoá bản ghi: chạy lệnh này ở nơi giữ khoá đó / a diagnosis is sealed to the key of records: run this where that key is")
	}
	text, err := wire.OpenDiagnosis(key, c, sealed)
	if err != nil {
		return cli.Hint(err, "có thể nơi khác đã trả lời: ra lệnh lại / somebody else may have answered: order another")
	}
	if err := durable.Replace(out, append(text, '\n'), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "diagnosis: %s\n", out)
	return nil
}
