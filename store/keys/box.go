package keys

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"checkpoint/store/durable"
	"checkpoint/store/snapshot"
)

// Names of a box's own files beside [PepperFile] and [ProvinceFile].
const (
	SealingFile = "sealing.key"   // secret: opens what the province seals to the box
	BeforeFile  = "pepper.before" // secret: the pepper of data from before the newest
)

// BoxSealing reads the key that the province seals a box's pepper to, and makes
// it when the box asks for it first.
func BoxSealing(path string) (hpke.PrivateKey, error) {
	key, err := ReadRecords(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	made, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	if err := writeSecret(path, made.Bytes()); err != nil {
		return nil, err
	}
	return ReadRecords(path)
}

// TakePepper makes pepper the newest of the state directory dir. What was the
// newest stays beside it: the data on the card open with that one until the
// province's next base comes. It may be called again after a power cut.
func TakePepper(dir string, pepper snapshot.Pepper) error {
	path := filepath.Join(dir, PepperFile)
	old, err := snapshot.ReadPepper(path)
	switch {
	case err == nil && old == pepper:
		return nil
	case err == nil:
		if err := writePepper(filepath.Join(dir, BeforeFile), old); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return writePepper(path, pepper)
}

func writePepper(path string, p snapshot.Pepper) error {
	if err := durable.Replace(path, []byte(hex.EncodeToString(p[:])+"\n"), 0o600); err != nil {
		return fmt.Errorf("write pepper: %w", err)
	}
	return nil
}

func officeSet(public ed25519.PublicKey) snapshot.KeySet {
	return snapshot.KeySet{Threshold: 1, Keys: []snapshot.PublicKey{{Name: "office 1", Key: snapshot.HexData(public)}}}
}

// AddOffice gives a province whose keys are from before there was an office
// its key. It does nothing where there is one.
func AddOffice(dir string) (snapshot.Trust, error) {
	path := filepath.Join(dir, ProvinceFile)
	trust, err := snapshot.ReadTrust(path)
	if err != nil || len(trust.Office.Keys) > 0 {
		return trust, err
	}
	key, err := BoxSigner(filepath.Join(dir, OfficeFile))
	if err != nil {
		return trust, err
	}
	trust.Office = officeSet(key.Public().(ed25519.PublicKey))
	return trust, WriteTrust(path, trust)
}
