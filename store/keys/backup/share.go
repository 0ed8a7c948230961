package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// Lock is what opens a share.
type Lock string

// The locks.
const (
	Passphrase Lock = "passphrase"
	Identity   Lock = "identity file"
)

// Label is what a share says of itself in clear, so that officers can tell
// their files apart.
type Label struct {
	Province          string
	Backup            string
	Share, Of, Needed int // shares count from 1
	Officer           string
	Lock              Lock
	Made              string // day, YYYY-MM-DD
	Bundle            string // SHA-256 of the bundle's file, hexadecimal
}

// A share is text, to be kept on a stick or on paper: its label, a check sum
// that tells typing errors and rot from wrong passphrases, and an age file that
// holds the member's key.
const labelText = `checkpoint key share 1
province: %s
backup: %s
share: %d of %d
needed: %d
opens with: %s
made: %s
bundle: %s
officer: %s
`

const checkLine = "check: %s\n" // the first 16 digits of SHA-256 of all other lines

func (l Label) text() []byte {
	return fmt.Appendf(nil, labelText, l.Province, l.Backup, l.Share, l.Of, l.Needed, l.Lock, l.Made, l.Bundle, l.Officer)
}

// label is what the share of officer i, counted from 0, says.
func (p Plan) label(i int) Label {
	return Label{Province: p.Province, Backup: p.Backup, Share: i + 1, Of: len(p.Officers), Needed: p.Needed, Officer: p.Officers[i].Name, Made: p.Made}
}

func (l Label) String() string { return fmt.Sprintf("share %d (%s)", l.Share, l.Officer) }

func parseLabel(text string) (l Label, err error) {
	var values []string
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines[1:] {
		_, value, _ := strings.Cut(line, ": ")
		values = append(values, value)
	}
	if len(values) != strings.Count(labelText, "\n")-1 {
		return l, errors.New("no label")
	}
	l = Label{Province: values[0], Backup: values[1], Lock: Lock(values[4]), Made: values[5], Bundle: values[6], Officer: values[7]}
	_, err = fmt.Sscanf(values[2]+" "+values[3], "%d of %d %d", &l.Share, &l.Of, &l.Needed)
	if err == nil && string(l.text()) != text {
		err = errors.New("label of an unknown form")
	}
	return l, err
}

// sealShare writes the share that holds a member's key.
func sealShare(l Label, member *age.X25519Identity, to age.Recipient) ([]byte, error) {
	sealed, err := seal([]byte(member.String()+"\n"), to)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	w := armor.NewWriter(&body)
	if _, err := w.Write(sealed); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	label := l.text()
	check := fmt.Appendf(nil, checkLine, checkSum(label, body.Bytes()))
	return bytes.Join([][]byte{label, check, body.Bytes()}, nil), nil
}

func checkSum(label, body []byte) string {
	sum := sha256.Sum256(append(bytes.Clone(label), body...))
	return hex.EncodeToString(sum[:8])
}

// Share is a share that was read.
type Share struct {
	Label
	File string
	body []byte
}

// ReadShare reads a share and fails with [ErrDamaged] when a letter of it has
// changed. Line ends of other systems are no damage.
func ReadShare(path string) (Share, error) {
	text, err := readSome(path)
	if err != nil {
		return Share{}, fmt.Errorf("read share: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = append(bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))), '\n')
	first, _, _ := strings.Cut(labelText, "\n")
	if !bytes.HasPrefix(text, []byte(first+"\n")) {
		return Share{}, fmt.Errorf("read share: %s is no share: its first line is not %q", path, first)
	}
	label, rest, _ := bytes.Cut(text, []byte("check: "))
	check, body, _ := bytes.Cut(rest, []byte("\n"))
	if string(check) != checkSum(label, body) {
		return Share{}, fmt.Errorf("read share: %s: %w: its check sum does not fit; compare it with another copy", path, ErrDamaged)
	}
	l, err := parseLabel(string(label))
	if err != nil {
		return Share{}, fmt.Errorf("read share: %s: %w: %w", path, ErrDamaged, err)
	}
	return Share{Label: l, File: path, body: body}, nil
}

// readSome reads a file that cannot be large.
func readSome(path string) ([]byte, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(b) > maxSize {
		err = fmt.Errorf("%s: too large", path)
	}
	return b, err
}

// ErrLocked: what was tried does not open a share.
var ErrLocked = errors.New("does not open it")

// unlock gives the member's key that is in the share.
func (s Share) unlock(with ...age.Identity) (*age.X25519Identity, error) {
	sealed, err := io.ReadAll(armor.NewReader(bytes.NewReader(s.body)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", s.Label, ErrDamaged, err)
	}
	plain, err := unseal(sealed, with...)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, fmt.Errorf("%s: the %s %w", s.Label, s.Lock, ErrLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", s.Label, ErrDamaged, err)
	}
	member, err := age.ParseX25519Identity(strings.TrimSpace(string(plain)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w: it holds no key", s.Label, ErrDamaged)
	}
	return member, nil
}
