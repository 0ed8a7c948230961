package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"unicode/utf8"

	"golang.org/x/term"
	"golang.org/x/text/unicode/norm"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/system"
)

// shortest is how few letters a new passphrase may have: each guess is slow, and
// a share alone opens nothing.
const shortest = 12

// slow is the work factor of scrypt, as the age tool has it: 2^18 blocks, 256 MB
// and about a second for each guess.
const slow = 18

// passphrases asks people at the terminal, whatever standard input is: a
// passphrase comes from fingers, not from files, flags or the environment.
type passphrases struct{ keys, screen *os.File }

func askPassphrases() (*passphrases, error) {
	keys, screen, err := system.Terminal()
	if err != nil {
		return nil, cli.Hint(errors.New("there is no terminal to type a passphrase at"), "chạy trực tiếp tại màn hình lệnh; qua ssh: ssh -t / run it by hand at a terminal; with ssh: ssh -t")
	}
	return &passphrases{keys, screen}, nil
}

func (p *passphrases) close() { _, _ = p.keys.Close(), p.screen.Close() }

// ask reads one passphrase without showing it. Keyboards give the same
// Vietnamese letter in two forms: the composed one counts.
func (p *passphrases) ask(ctx context.Context, prompt string) (string, error) {
	before, err := term.GetState(int(p.keys.Fd()))
	if err != nil {
		return "", err
	}
	fmt.Fprintf(p.screen, "%s: ", prompt)
	type answer struct {
		text []byte
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(int(p.keys.Fd()))
		typed <- answer{text, err}
	}()
	select {
	case a := <-typed:
		fmt.Fprintln(p.screen)
		return norm.NFC.String(string(a.text)), a.err
	case <-ctx.Done(): // the reader is left waiting; the process ends next
		fmt.Fprintln(p.screen)
		return "", errors.Join(errors.New("interrupted"), term.Restore(int(p.keys.Fd()), before))
	}
}

// choose has somebody type a new passphrase twice.
func (p *passphrases) choose(ctx context.Context, whose string) (string, error) {
	for {
		first, err := p.ask(ctx, fmt.Sprintf("%s: mật khẩu mới, từ %d chữ / new passphrase, %d letters or more", whose, shortest, shortest))
		if err != nil {
			return "", err
		}
		if utf8.RuneCountInString(first) < shortest {
			fmt.Fprintf(p.screen, "ngắn quá / too short: %d\n", utf8.RuneCountInString(first))
			continue
		}
		again, err := p.ask(ctx, whose+": nhập lại / once more")
		if err != nil {
			return "", err
		}
		if first == again {
			return first, nil
		}
		fmt.Fprintln(p.screen, "hai lần không giống nhau / the two differ")
	}
}
