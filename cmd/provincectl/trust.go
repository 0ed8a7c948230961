package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/verify/declaration"
	"checkpoint/verify/trust"
)

func trustCommand() *cli.Command {
	return &cli.Command{
		Name: "trust", Short: "danh sách nơi ký hộ chiếu vắc-xin và tờ khai / who signs vaccine passports and declarations",
		Examples: []string{
			"provincectl trust make --expires 2021-12-31 --out trust.json signers/*.pem keys/declaration-*.pub",
			"provincectl snapshot build --people people.csv --keys keys --trusted trust.json --out snap",
		},
		Sub: []*cli.Command{trustMake(), trustShow()},
	}
}

func trustMake() *cli.Command {
	var out, expires string
	return &cli.Command{
		Name: "make", Short: "lập danh sách / make a list of signers' certificates and declaration keys, for snapshot build --trusted",
		Examples: []string{"provincectl trust make --expires 2021-12-31 --out trust.json signers/*.pem keys/declaration-*.pub"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&out, "out", "trust.json", "the list")
			f.StringVar(&expires, "expires", "", "its last day, YYYY-MM-DD: after it boxes ask the guard about every signed paper (required)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			day, err := time.ParseInLocation(time.DateOnly, expires, time.FixedZone("+07", 7*60*60))
			if err != nil || len(args) == 0 {
				return cli.Usage("trust make: want --expires YYYY-MM-DD and files: certificates (PEM or DER), public declaration keys (.pub)")
			}
			certificates, keys, err := readSigners(args)
			if err != nil {
				return err
			}
			b, err := trust.Encode(certificates, keys, day.AddDate(0, 0, 1).Add(-time.Second))
			if err != nil {
				return cli.Hint(err, "cần chứng thư X.509 của nơi ký, PEM hoặc DER, và tệp .pub của provincectl declaration key; chưa ghi gì / want the signers' certificates (X.509), PEM or DER, and .pub files of provincectl declaration key; nothing was written")
			}
			if err := os.WriteFile(out, b, 0o644); err != nil {
				return err
			}
			return showTrust(io, out)
		},
	}
}

func trustShow() *cli.Command {
	return &cli.Command{
		Name: "show", Short: "xem danh sách / show what a list holds",
		Examples: []string{"provincectl trust show trust.json"},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("trust show: want one list")
			}
			return showTrust(io, args[0])
		},
	}
}

func showTrust(io cli.IO, name string) error {
	b, err := readTrustList(name)
	if err == nil {
		fmt.Fprintf(io.Out, "%s: %s\n", name, trustWords(b))
	}
	return err
}

// readTrustList reads a list as it goes into a snapshot.
func readTrustList(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read trust list: %w", err)
	}
	if _, err := trust.Parse(b); err != nil {
		return nil, cli.Hint(fmt.Errorf("%s: %w", name, err), "tạo một danh sách / make one with: provincectl trust make")
	}
	return b, nil
}

// trustWords says what a list holds.
func trustWords(b []byte) string {
	list, err := trust.Parse(b)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d nơi ký hộ chiếu / passport signers, %d khoá tờ khai / declaration keys, đến / until %s",
		list.Listed, len(list.Declarations), list.Expires.Format(time.RFC3339))
}

// readSigners reads the files of a list: public declaration keys are JSON, all
// others certificates.
func readSigners(names []string) (certificates [][]byte, keys declaration.Keys, err error) {
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, fmt.Errorf("read signer: %w", err)
		}
		if !bytes.HasPrefix(b, []byte("{")) {
			certificates = append(certificates, readCertificates(b)...)
			continue
		}
		var key declaration.Key
		if err = json.Unmarshal(b, &key); err == nil {
			err = key.Validate()
		}
		if err != nil {
			return nil, nil, cli.Hint(fmt.Errorf("%s: %w", name, err), "tạo khoá / make keys with: provincectl declaration key")
		}
		keys = append(keys, key)
	}
	return certificates, keys, nil
}

// readCertificates reads the certificates of a file, PEM or DER.
func readCertificates(b []byte) [][]byte {
	var found [][]byte
	for rest := b; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			found = append(found, block.Bytes)
		}
	}
	if len(found) == 0 {
		found = [][]byte{b}
	}
	return found
}
