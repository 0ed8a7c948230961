package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/messages"
	"checkpoint/store/build/input"
	"checkpoint/store/build/print"
	"checkpoint/store/keys"
	"checkpoint/verify/declaration"
)

func declarationCommand() *cli.Command {
	return &cli.Command{
		Name: "declaration", Short: "tờ khai di chuyển do tỉnh ký / mobility declarations that the province signs",
		Examples: []string{
			"provincectl declaration key --issuer mau --out keys/declaration-1.key",
			"provincectl declaration issue --key keys/declaration-1.key --number 001090000011 --name \"Nguyễn Văn An\" --birth 1990-08-15 --from 00001 --to 10507 --out an",
			"provincectl declaration issue --key keys/declaration-1.key --csv declarations.csv --out codes",
		},
		Sub: []*cli.Command{declarationKey(), declarationIssue()},
	}
}

func declarationKey() *cli.Command {
	var issuer, out string
	return &cli.Command{
		Name: "key", Short: "tạo khoá / make a key; its .pub goes into the trust list",
		Examples: []string{"provincectl declaration key --issuer mau --out keys/declaration-1.key"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&issuer, "issuer", "", "id of the province that stands in every declaration (required)")
			f.StringVar(&out, "out", "keys/declaration-1.key", "file for the secret key, FILE.key; the public one is FILE.pub")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if issuer == "" || len(args) > 0 || !strings.HasSuffix(out, ".key") {
				return cli.Usage("declaration key: --issuer is needed, --out FILE.key, and no arguments")
			}
			public, err := keys.NewDeclarationKey(out)
			if err != nil {
				return cli.Hint(err, "chọn --out khác: mã của khoá cũ còn giá trị đến khi hết hạn, giữ khoá đó trong danh sách đến lúc ấy / choose another --out: codes of the old key are good until they end, keep it listed until then")
			}
			b, err := json.MarshalIndent(declaration.Key{Issuer: issuer, Public: public}, "", "  ")
			if err == nil {
				err = os.WriteFile(publicFile(out), append(b, '\n'), 0o644)
			}
			if err != nil {
				return fmt.Errorf("write public key: %w", err)
			}
			fmt.Fprintf(io.Out, "%s: secret, signs declarations of %s\n%s: public\n", out, issuer, publicFile(out))
			fmt.Fprintf(io.Out, "next: provincectl trust make --expires DAY --out trust.json %s …, and a snapshot with it\n", publicFile(out))
			return nil
		},
	}
}

// publicFile is where the public half of a key file lies.
func publicFile(secret string) string { return strings.TrimSuffix(secret, ".key") + ".pub" }

type issueOptions struct {
	key, out, formats, csv, columns            string
	number, name, birth, from, to, purpose, at string
	hours                                      float64
}

func declarationIssue() *cli.Command {
	var o issueOptions
	return &cli.Command{
		Name: "issue", Short: "ký và vẽ mã / sign one or a file of them, as pictures of at least 5 × 5 cm",
		Examples: []string{
			"provincectl declaration issue --key keys/declaration-1.key --number 001090000011 --name \"Nguyễn Văn An\" --birth 1990-08-15 --from 00001 --to 10507 --out an",
			"provincectl declaration issue --key keys/declaration-1.key --csv declarations.csv --out codes",
		},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&o.key, "key", "keys/declaration-1.key", "secret key of provincectl declaration key, its .pub beside it")
			f.StringVar(&o.csv, "csv", "", "declarations.csv: one code for each row, named by its column code")
			f.StringVar(&o.columns, "columns", "", "TOML file with the province's own column names")
			f.StringVar(&o.number, "number", "", "document number")
			f.StringVar(&o.name, "name", "", "full name")
			f.StringVar(&o.birth, "birth", "", "birth date, YYYY-MM-DD, YYYY-MM or YYYY")
			f.StringVar(&o.from, "from", "", "code of the commune of departure")
			f.StringVar(&o.to, "to", "", "code of the commune of arrival")
			f.StringVar(&o.purpose, "purpose", "", "purpose of the journey")
			f.StringVar(&o.at, "declared", "", "time it was declared, RFC 3339 (default now)")
			f.Float64Var(&o.hours, "hours", 72, "how long it is good from then")
			f.StringVar(&o.out, "out", "declaration", "files OUT.png, OUT.svg, OUT.pdf; with --csv a directory")
			f.StringVar(&o.formats, "as", "png,svg,pdf", "which of png, svg, pdf and txt, the code as text")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || (o.csv == "") == (o.number == "") {
				return cli.Usage("declaration issue: want --csv or --number, and no arguments")
			}
			return o.run(io)
		},
	}
}

func (o *issueOptions) run(io cli.IO) error {
	private, issuer, err := readDeclarationKey(o.key)
	if err != nil {
		return err
	}
	list, err := o.declarations()
	if err != nil {
		return cli.Hint(err, "chưa tạo mã nào; sửa chỗ được nêu rồi chạy lại / no code was made; mend what is named and run it again")
	}
	codes := map[string]*print.Label{} // all are signed before the first is written
	for file, d := range list {
		d.Issuer, d.Expires = issuer, d.Issued.Add(time.Duration(o.hours*float64(time.Hour)))
		if codes[file], err = declarationLabel(d, private); err != nil {
			return cli.Hint(fmt.Errorf("%s: %w", filepath.Base(file), err), "chưa tạo mã nào / no code was made")
		}
	}
	if o.csv != "" {
		if err := os.MkdirAll(o.out, 0o700); err != nil {
			return err
		}
	}
	for file, label := range codes {
		if err := writeLabel(file, label, o.formats, personal); err != nil {
			return err
		}
	}
	fmt.Fprintf(io.Out, "%d tờ khai / declarations: %s (%s)\n", len(list), o.out, o.formats)
	return nil
}

// declarations lists what to sign, by the file it goes to.
func (o *issueOptions) declarations() (map[string]declaration.Declaration, error) {
	if o.csv != "" {
		return o.rows()
	}
	at := time.Now()
	birth, err := checkpoint.ParseDate(o.birth)
	if err != nil {
		return nil, fmt.Errorf("--birth: %w", err)
	}
	if o.at != "" {
		if at, err = time.Parse(time.RFC3339, o.at); err != nil {
			return nil, fmt.Errorf("--declared: want a time as %s", time.Now().In(messages.Zone).Format(time.RFC3339))
		}
	}
	d := declaration.Declaration{Issued: at, Number: strings.ToUpper(o.number), Name: o.name, Birth: birth, From: o.from, To: o.to, Purpose: o.purpose}
	return map[string]declaration.Declaration{o.out: d}, nil
}

// rows reads the file of declarations. Every bad row is told.
func (o *issueOptions) rows() (list map[string]declaration.Declaration, err error) {
	columns, err := readColumns(o.columns)
	if err != nil {
		return nil, err
	}
	f, err := input.Open(o.csv)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list = map[string]declaration.Declaration{}
	rd := input.Reader{Columns: columns}
	var faults []error
	names := fileNames{}
	for d, err := range rd.Declarations(o.csv, f) {
		name := ""
		if err == nil {
			name, err = names.of(d.Code, "code", o.csv, rd.Line)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		file := filepath.Join(o.out, name)
		list[file] = declaration.Declaration{Issued: d.Declared, Number: d.Number, Name: d.Name, Birth: d.Birth, From: d.From, To: d.To, Purpose: o.purpose}
	}
	return list, errors.Join(faults...)
}

func declarationLabel(d declaration.Declaration, key ed25519.PrivateKey) (*print.Label, error) {
	text, err := declaration.Issue(d, key)
	if err != nil {
		return nil, err
	}
	code, err := print.For(text, print.HandSide, print.HandDistance)
	if err != nil {
		return nil, err
	}
	return &print.Label{Code: code, Side: print.HandSide, Title: d.Name, Lines: []string{
		d.Number, "Tờ khai di chuyển / Mobility declaration", "đến / until " + d.Expires.In(messages.Zone).Format("15:04 02/01/2006"),
	}}, nil
}

// readDeclarationKey reads a key and in whose name it signs.
func readDeclarationKey(path string) (ed25519.PrivateKey, string, error) {
	private, err := keys.ReadSigner(path)
	if err != nil {
		return nil, "", cli.Hint(err, "tạo khoá / make one with: provincectl declaration key")
	}
	b, err := os.ReadFile(publicFile(path))
	if err != nil {
		return nil, "", fmt.Errorf("read public key: %w", err)
	}
	var public declaration.Key
	if err := json.Unmarshal(b, &public); err != nil {
		return nil, "", fmt.Errorf("read public key: %s: %w", publicFile(path), err)
	}
	if !private.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(public.Public)) {
		return nil, "", fmt.Errorf("%s is not the public key of %s", publicFile(path), path)
	}
	return private, public.Issuer, nil
}
