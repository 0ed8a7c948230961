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
	"checkpoint/store/keys"
	"checkpoint/store/keys/backup"
	"checkpoint/store/snapshot"
)

// attempts is how often a passphrase may be mistyped.
const attempts = 3

type restoreOptions struct {
	shares, identities []string
	bundle, out, trust string
	check              bool
}

func keysRestore() *cli.Command {
	var o restoreOptions
	each := func(into *[]string) func(string) error {
		return func(value string) error {
			*into = append(*into, value)
			return nil
		}
	}
	return &cli.Command{
		Name: "restore", Short: "ghép các phần để lấy lại khoá / bring the keys back from shares",
		Examples: []string{
			"provincectl keys restore --bundle bundle.tar --share share-1.txt --share share-3.txt --out keys",
			"provincectl keys restore --check --bundle bundle.tar --share share-1.txt --share share-3.txt",
		},
		Flags: func(f *flag.FlagSet) {
			f.Func("share", "an officer's share; give as many as are needed", each(&o.shares))
			f.Func("identity", "identity file of an officer whose share opens with one", each(&o.identities))
			f.StringVar(&o.bundle, "bundle", "", "bundle.tar of the backup (default: beside the first share)")
			f.StringVar(&o.out, "out", "", "new directory for the keys")
			f.StringVar(&o.trust, "trust", "", "a box's or publisher's province.json, which the keys must fit")
			f.BoolVar(&o.check, "check", false, "drill: prove that the shares restore, write nothing")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(o.shares) == 0 || len(args) > 0 || o.check == (o.out != "") {
				return cli.Usage("keys restore: want --share for each share, and either --out DIRECTORY or --check")
			}
			return restoreHint(o.run(ctx, io))
		},
	}
}

func (o *restoreOptions) run(ctx context.Context, io cli.IO) error {
	if _, err := os.Lstat(o.out); o.out != "" && err == nil { // before anybody types
		return fmt.Errorf("restore keys: %s: %w", o.out, fs.ErrExist)
	}
	set, err := backup.Gather(o.bundle, o.shares...)
	if err != nil {
		return err
	}
	if err := o.unlock(ctx, set); err != nil {
		return err
	}
	back, err := set.Open()
	if err != nil {
		return err
	}
	if err := o.fits(back.Trust); err != nil {
		return err
	}
	what := fmt.Sprintf("of %s, backup %s of %s: %s", back.Province, back.Plan.Backup, back.Made, strings.Join(back.Files, ", "))
	if o.check {
		fmt.Fprintf(io.Out, "these %d shares restore the keys %s\nnothing was written\n", len(set.Shares), what)
		return nil
	}
	if err := back.Write(o.out); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "restored in %s: the keys %s\n", o.out, what)
	if len(back.Missing) > 0 {
		fmt.Fprintf(io.Out, "note: the backup never had the secrets of: %s\n", strings.Join(back.Missing, ", "))
	}
	return nil
}

// fits compares the keys with what boxes believe.
func (o *restoreOptions) fits(restored snapshot.Trust) error {
	if o.trust == "" {
		return nil
	}
	trust, err := snapshot.ReadTrust(o.trust)
	if err != nil {
		return err
	}
	if !keys.SameProvince(trust, restored) {
		return cli.Hint(fmt.Errorf("restore keys: they are not the keys that %s names", o.trust), "chưa ghi gì; tìm bản sao lưu làm sau lần đổi khoá gần nhất / nothing was written; look for a backup made after the keys were last changed")
	}
	return nil
}

// unlock opens every share, with passphrases or identity files.
func (o *restoreOptions) unlock(ctx context.Context, set *backup.Set) error {
	var ask *passphrases
	prompt := func(whose string) (string, error) {
		if ask == nil {
			var err error
			if ask, err = askPassphrases(); err != nil {
				return "", err
			}
		}
		return ask.ask(ctx, whose+": mật khẩu / passphrase")
	}
	defer func() {
		if ask != nil {
			ask.close()
		}
	}()
	own, err := readIdentities(o.identities, prompt)
	if err != nil {
		return err
	}
	for _, share := range set.Shares {
		if share.Lock == backup.Identity {
			if err := set.Unlock(share, own...); err != nil {
				return err
			}
			continue
		}
		if err := tryPassphrases(share.Label.String(), prompt, func(with age.Identity) error { return set.Unlock(share, with) }); err != nil {
			return err
		}
	}
	return nil
}

// tryPassphrases lets somebody mistype.
func tryPassphrases(whose string, prompt func(string) (string, error), open func(age.Identity) error) (err error) {
	for range attempts {
		var typed string
		if typed, err = prompt(whose); err != nil {
			return err
		}
		var with *age.ScryptIdentity
		if with, err = age.NewScryptIdentity(typed); err != nil {
			continue // an empty line
		}
		if err = open(with); !errors.Is(err, backup.ErrLocked) {
			return err
		}
	}
	return err
}

// readIdentities reads officers' own keys, locked by a passphrase or not.
func readIdentities(paths []string, prompt func(string) (string, error)) (all []age.Identity, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read identity: %w", err)
		}
		read := func(r []byte) error {
			own, err := age.ParseIdentities(bytes.NewReader(r))
			all = append(all, own...)
			return err
		}
		if !bytes.HasPrefix(text, []byte(armor.Header)) {
			err = read(text)
		} else {
			err = tryPassphrases(path, prompt, func(with age.Identity) error { return openIdentity(text, with, read) })
		}
		if err != nil {
			return nil, fmt.Errorf("read identity: %s: %w", path, err)
		}
	}
	return all, nil
}

func openIdentity(text []byte, with age.Identity, read func([]byte) error) error {
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(text)), with)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return fmt.Errorf("the passphrase %w", backup.ErrLocked)
	}
	if err != nil {
		return err
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(r); err != nil {
		return err
	}
	return read(plain.Bytes())
}
