package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/durable"
)

// byPassphrase stands in an officers' file for officers without an age key.
const byPassphrase = "passphrase"

const officersHint = "mỗi cán bộ một dòng: \"passphrase TÊN\" (gõ tại máy này) hoặc \"age1… TÊN\" (tạo bằng provincectl keys officer TÊN) / one officer a line: either \"passphrase NAME\" (typed at this terminal) or \"age1… NAME\" (made by: provincectl keys officer NAME)"

// listed is a line of the officers' file.
type listed struct {
	name      string
	recipient age.Recipient // nil: a passphrase is to be typed
}

// readOfficers reads an officers' file and reports every fault at once.
func readOfficers(path string) ([]listed, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("read officers: %w", err), "%s", officersHint)
	}
	var list []listed
	var faults []error
	seen := map[string]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		how, name, _ := strings.Cut(line, " ")
		o := listed{name: strings.TrimSpace(name)}
		if how != byPassphrase {
			to, err := age.ParseRecipients(strings.NewReader(how))
			switch {
			case err != nil:
				faults = append(faults, fmt.Errorf("%s:%d: %.20q is neither an age recipient nor %q", path, n+1, how, byPassphrase))
				continue
			case seen[how]:
				faults = append(faults, fmt.Errorf("%s:%d: this key has a share already", path, n+1))
				continue
			}
			o.recipient, seen[how] = to[0], true
		}
		list = append(list, o)
	}
	return list, cli.Hint(errors.Join(faults...), "%s", officersHint)
}

// recipients asks those who have no key of their own for passphrases.
func recipients(ctx context.Context, list []listed, work int) (all []age.Recipient, err error) {
	var ask *passphrases
	for _, o := range list {
		to := o.recipient
		if to == nil {
			if ask == nil {
				if ask, err = askPassphrases(); err != nil {
					return nil, err
				}
				defer ask.close()
			}
			chosen, err := ask.choose(ctx, o.name)
			if err != nil {
				return nil, err
			}
			if to, err = locked(chosen, work); err != nil {
				return nil, err
			}
		}
		all = append(all, to)
	}
	return all, nil
}

// locked seals to a passphrase; 2^work is what a guess costs.
func locked(passphrase string, work int) (age.Recipient, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(work)
	return to, nil
}

func keysOfficer(work int) *cli.Command {
	var out string
	return &cli.Command{
		Name: "officer", Short: "tạo khoá riêng để nhận phần / make an officer's own key for shares",
		Examples: []string{"provincectl keys officer --out an.identity \"Trần Thị Bình\" >> officers.txt"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&out, "out", "", "file for the secret half, locked with a passphrase (required)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if out == "" || len(args) != 1 {
				return cli.Usage("keys officer: want --out FILE and the officer's name")
			}
			if _, err := os.Lstat(out); err == nil {
				return fmt.Errorf("make officer's key: %s: %w", out, fs.ErrExist)
			}
			public, err := makeIdentity(ctx, out, args[0], work)
			if err != nil {
				return fmt.Errorf("make officer's key: %w", err)
			}
			fmt.Fprintf(io.Out, "%s %s\n", public, args[0])
			fmt.Fprintf(io.Err, "next: keep %s and its passphrase; the line on standard output goes into officers.txt\n", out)
			return nil
		},
	}
}

func makeIdentity(ctx context.Context, out, name string, work int) (public string, err error) {
	ask, err := askPassphrases()
	if err != nil {
		return "", err
	}
	defer ask.close()
	passphrase, err := ask.choose(ctx, name)
	if err != nil {
		return "", err
	}
	own, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	to, err := locked(passphrase, work)
	if err != nil {
		return "", err
	}
	var sealed bytes.Buffer
	text := armor.NewWriter(&sealed)
	w, err := age.Encrypt(text, to)
	if err != nil {
		return "", err
	}
	if _, err := w.Write([]byte(own.String() + "\n")); err != nil {
		return "", err
	}
	if err := errors.Join(w.Close(), text.Close()); err != nil {
		return "", err
	}
	return own.Recipient().String(), durable.Replace(out, sealed.Bytes(), 0o600)
}
