// Package keys makes the province's keys and reads key files of province and
// box.
//
// It promises: a secret file is never written readable by others, never
// overwritten, and never read when others could read it. It never sends a key
// anywhere and keeps none in memory.
package keys

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// Names of the files that [Init] makes.
const (
	ProvinceFile  = "province.json" // public: goes to every box
	PepperFile    = "pepper"        // secret: goes to approved boxes only
	RecordsFile   = "records.key"   // secret: opens records; the collector's
	CollectorFile = "collector.key" // secret: signs marks; the collector's
	OfficeFile    = "office.key"    // secret: signs invitations, approvals and commands; the office's
)

// OfficerFile is the secret key of signing officer n, counted from 1.
func OfficerFile(n int) string { return fmt.Sprintf("officer-%d.key", n) }

// Init makes all keys of a province in dir: officers who sign snapshots, of
// whom threshold must agree, one collector, the office, the key that records are
// sealed to, and the pepper. It refuses a directory that holds any of them already.
func Init(dir, province string, officers, threshold int) (snapshot.Trust, error) {
	trust := snapshot.Trust{Province: province, Snapshot: snapshot.KeySet{Threshold: threshold}, Collectors: snapshot.KeySet{Threshold: 1}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return trust, fmt.Errorf("make keys: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, ProvinceFile)); err == nil {
		return trust, fmt.Errorf("make keys: %s has keys already; new ones would make every box and record of the old ones useless", dir)
	}
	for n := 1; n <= officers; n++ {
		public, err := newSigner(filepath.Join(dir, OfficerFile(n)))
		if err != nil {
			return trust, err
		}
		trust.Snapshot.Keys = append(trust.Snapshot.Keys, snapshot.PublicKey{Name: fmt.Sprintf("officer %d", n), Key: snapshot.HexData(public)})
	}
	public, err := newSigner(filepath.Join(dir, CollectorFile))
	if err != nil {
		return trust, err
	}
	trust.Collectors.Keys = []snapshot.PublicKey{{Name: "collector 1", Key: snapshot.HexData(public)}}
	if public, err = newSigner(filepath.Join(dir, OfficeFile)); err != nil {
		return trust, err
	}
	trust.Office = officeSet(public)
	records, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return trust, fmt.Errorf("make keys: %w", err)
	}
	trust.RecordsKey = records.PublicKey().Bytes()
	pepper := make([]byte, len(snapshot.Pepper{}))
	if _, err := rand.Read(pepper); err != nil {
		return trust, fmt.Errorf("make keys: %w", err)
	}
	if err := errors.Join(trust.Validate(), writeSecret(filepath.Join(dir, RecordsFile), records.Bytes()), writeSecret(filepath.Join(dir, PepperFile), pepper)); err != nil {
		return trust, fmt.Errorf("make keys: %w", err)
	}
	return trust, WriteTrust(filepath.Join(dir, ProvinceFile), trust)
}

// WriteTrust writes a province.json.
func WriteTrust(path string, t snapshot.Trust) error {
	b, err := TrustText(t)
	if err != nil {
		return err
	}
	return durable.Replace(path, b, 0o644)
}

// TrustText is what a province.json says.
func TrustText(t snapshot.Trust) ([]byte, error) {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write province keys: %w", err)
	}
	return append(b, '\n'), nil
}

func newSigner(path string) (ed25519.PublicKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return public, writeSecret(path, private.Seed())
}

// writeSecret makes a new file, whole or not at all: a key cut short by a full
// disk or a power cut would lock a box out for good.
func writeSecret(path string, secret []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("write secret: %s: %w", path, fs.ErrExist)
	}
	if err := durable.Replace(path, []byte(hex.EncodeToString(secret)+"\n"), 0o600); err != nil {
		return fmt.Errorf("write secret: %w", err)
	}
	return nil
}

func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	if system.ForOthers(info) != 0 {
		return nil, fmt.Errorf("read key: %s is readable by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	secret, err := parseSecret(text)
	if err != nil {
		return nil, fmt.Errorf("read key: %s: %w", path, err)
	}
	return secret, nil
}

func parseSecret(text []byte) ([]byte, error) {
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != 32 {
		return nil, errors.New("want 64 hexadecimal digits")
	}
	return secret, nil
}

// CheckDir refuses a directory of keys in which others than its owner can put
// files of their own in the place of the keys. Where others can only add some,
// as in /tmp, it is not.
func CheckDir(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	if mode := info.Mode(); system.ForOthers(info)&0o022 != 0 && mode&fs.ModeSticky == 0 {
		return fmt.Errorf("read keys: %s can be changed by others (mode %04o): compare what is in it, then chmod 700 it", dir, mode.Perm())
	}
	return nil
}

// ReadSigner reads an Ed25519 key file: an officer's, a collector's or the
// publishing machine's. Its directory is checked as by [CheckDir].
func ReadSigner(path string) (ed25519.PrivateKey, error) {
	if err := CheckDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return readSigner(path)
}

func readSigner(path string) (ed25519.PrivateKey, error) {
	seed, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// BoxSigner reads a box's own key, and makes it at the box's first start.
func BoxSigner(path string) (ed25519.PrivateKey, error) {
	key, err := readSigner(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if _, err := newSigner(path); err != nil {
		return nil, err
	}
	return readSigner(path)
}

// ReadRecords reads the key that opens records.
func ReadRecords(path string) (hpke.PrivateKey, error) {
	secret, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("read key: %s: %w", path, err)
	}
	return hpke.NewDHKEMPrivateKey(key)
}

// RecordsPublic is the key that a box seals records to.
func RecordsPublic(t snapshot.Trust) (hpke.PublicKey, error) {
	key, err := ecdh.X25519().NewPublicKey(t.RecordsKey)
	if err != nil {
		return nil, fmt.Errorf("province's records key: %w", err)
	}
	return hpke.NewDHKEMPublicKey(key)
}
