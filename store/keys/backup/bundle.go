package backup

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"filippo.io/age"
)

// ErrDamaged: a share or a bundle is not what was written.
var ErrDamaged = errors.New("damaged")

// Plan is the clear part of a bundle: whose shares open it.
type Plan struct {
	Format   int      `json:"format"`
	Province string   `json:"province"`
	Backup   string   `json:"backup"` // 16 hexadecimal digits
	Made     string   `json:"made"`   // day, YYYY-MM-DD
	Needed   int      `json:"needed"` // how many shares restore
	Officers []Member `json:"officers"`
}

// Member is an officer and the public half of the key in the officer's share.
type Member struct {
	Name      string `json:"name"`
	Recipient string `json:"age"`
}

const (
	format  = 1
	maxSize = 16 << 20 // of a bundle and of what is in it, bytes

	planFile    = "plan.json"
	secretsFile = "secrets.age" // a tar of the keys, sealed to the bundle's own key
	wrapsDir    = "quorum/"     // quorum/1-3.age: the bundle's own key for shares 1 and 3
)

func wrapFile(quorum []int) string { return wrapsDir + quorumName(quorum) + ".age" }

// bundle is a parsed bundle.
type bundle struct {
	plan  Plan
	files map[string][]byte
}

// sealBundle seals the secrets to a key of their own, and that key once for
// each quorum, in as many layers as the quorum has members.
func sealBundle(p *Plan, secrets map[string][]byte) ([]byte, error) {
	own, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	if files[planFile], err = json.MarshalIndent(p, "", "  "); err != nil {
		return nil, err
	}
	packed, err := pack(secrets)
	if err != nil {
		return nil, err
	}
	if files[secretsFile], err = seal(packed, own.Recipient()); err != nil {
		return nil, err
	}
	for quorum := range quorums(len(p.Officers), p.Needed) {
		wrapped := []byte(own.String() + "\n")
		for _, i := range slices.Backward(quorum) { // the first member opens the outermost
			to, err := age.ParseX25519Recipient(p.Officers[i].Recipient)
			if err != nil {
				return nil, err
			}
			if wrapped, err = seal(wrapped, to); err != nil {
				return nil, err
			}
		}
		files[wrapFile(quorum)] = wrapped
	}
	return pack(files)
}

func parseBundle(b []byte) (*bundle, error) {
	files, err := unpack(b)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w: %w", ErrDamaged, err)
	}
	parsed := &bundle{files: files}
	if err := json.Unmarshal(files[planFile], &parsed.plan); err != nil {
		return nil, fmt.Errorf("bundle: %w: %s: %w", ErrDamaged, planFile, err)
	}
	if parsed.plan.Format != format {
		return nil, fmt.Errorf("bundle of format %d: this version reads %d", parsed.plan.Format, format)
	}
	return parsed, nil
}

// open peels one quorum's layers, and reads the secrets. members are by
// officer, counted from 0; more than needed do not matter.
func (b *bundle) open(members map[int]age.Identity) (map[string][]byte, error) {
	quorum := slices.Sorted(maps.Keys(members))
	quorum = quorum[:min(b.plan.Needed, len(quorum))]
	key, ok := b.files[wrapFile(quorum)]
	if !ok {
		return nil, fmt.Errorf("bundle: %w: nothing for shares %s", ErrDamaged, quorumName(quorum))
	}
	for _, i := range quorum {
		var err error
		if key, err = unseal(key, members[i]); err != nil {
			return nil, fmt.Errorf("bundle: %w: share %d does not open its layer: %w", ErrDamaged, i+1, err)
		}
	}
	own, err := age.ParseIdentities(bytes.NewReader(key))
	if err != nil {
		return nil, fmt.Errorf("bundle: %w: %w", ErrDamaged, err)
	}
	packed, err := unseal(b.files[secretsFile], own...)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w: %w", ErrDamaged, err)
	}
	return unpack(packed)
}

func seal(plain []byte, to age.Recipient) ([]byte, error) {
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

func unseal(sealed []byte, with ...age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), with...)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// pack writes files as a tar, the same for the same files.
func pack(files map[string][]byte) ([]byte, error) {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name])), Typeflag: tar.TypeReg}); err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if packed.Len() > maxSize {
		return nil, fmt.Errorf("%d bytes of keys: want at most %d; is something else in the directory?", packed.Len(), maxSize)
	}
	return packed.Bytes(), nil
}

func unpack(packed []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(packed)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) || h.Size > maxSize || files[h.Name] != nil {
			return nil, fmt.Errorf("%q does not belong there", h.Name)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
}
