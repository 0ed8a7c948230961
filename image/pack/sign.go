package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/blake2b"
)

// newKey makes a key to sign images with: 64 hexadecimal digits, as the
// province's other keys are kept, and the public half as minisign has it.
func newKey(out string) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, hex.EncodeToString(private.Seed())); err != nil {
		return err
	}
	text := "untrusted comment: checkpoint images\n" + base64.StdEncoding.EncodeToString(append(append([]byte("Ed"), keyID(public)...), public...)) + "\n"
	return os.WriteFile(out+".pub", []byte(text), 0o644)
}

// keyID is eight bytes by which a signature says whose it is.
func keyID(public ed25519.PublicKey) []byte {
	sum := blake2b.Sum256(public)
	return sum[:8]
}

// signFile signs a file in minisign's format with the contents hashed first
// (https://jedisct1.github.io/minisign/, "ED"). The comment names the file alone:
// with a time in it the same image would have another signature each day.
func signFile(keyFile, file string) error {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return fmt.Errorf("%s is not a key of 64 hexadecimal digits", keyFile)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file+".minisig", signature(ed25519.NewKeyFromSeed(seed), b, filepath.Base(file)), 0o644)
}

func signature(key ed25519.PrivateKey, contents []byte, name string) []byte {
	sum := blake2b.Sum512(contents)
	of := ed25519.Sign(key, sum[:])
	comment := "file:" + name
	whole := ed25519.Sign(key, append(append([]byte{}, of...), comment...))
	head := append([]byte("ED"), keyID(key.Public().(ed25519.PublicKey))...)
	return fmt.Appendf(nil, "untrusted comment: checkpoint image\n%s\ntrusted comment: %s\n%s\n",
		base64.StdEncoding.EncodeToString(append(head, of...)), comment, base64.StdEncoding.EncodeToString(whole))
}
