package seed

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"path/filepath"
	"regexp"

	"golang.org/x/crypto/ssh"

	"checkpoint/store/durable"
)

// Names of what is the machine's own, beside the kept seed.
const (
	MachineIDFile = "machine-id"           // machine-id(5); bound over /etc/machine-id
	HostKeyFile   = "ssh_host_ed25519_key" // named in sshd's configuration
)

var machineID = regexp.MustCompile(`^[0-9a-f]{32}\n?$`)

// MakeMachineID makes the machine's id, where there is none that is whole: a
// card that was copied from another before its first start has none.
func MakeMachineID(dir string) error {
	file := durable.Bytes(filepath.Join(dir, MachineIDFile))
	if b, err := file.Load(); err != nil || machineID.Match(b) {
		return err
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return durable.Replace(string(file), []byte(hex.EncodeToString(id[:])+"\n"), 0o444)
}

// MakeHostKey makes the key by which SSH knows the machine, where there is none
// that can be read.
func MakeHostKey(dir string) error {
	file := durable.Bytes(filepath.Join(dir, HostKeyFile))
	b, err := file.Load()
	if err != nil {
		return err
	}
	if _, err := ssh.ParseRawPrivateKey(b); err == nil {
		return nil
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, err := ssh.MarshalPrivateKey(key, "checkpoint box")
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return file.Save(pem.EncodeToMemory(block))
}
