package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A build that would fail at its end, or put a secret onto every card, does not
// begin.
func TestABuildLooksAtItsKeysFirst(t *testing.T) {
	dir := t.TempDir()
	certificate, secret := "-----BEGIN CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n"
	for name, text := range map[string]string{"ca.pem": certificate, "secret.pem": secret, "both.pem": certificate + secret, "text": "key\n"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	must(t, newKey(filepath.Join(dir, "image.key")))
	// Nobody is root here, so nothing is ever built.
	tools := filepath.Join(dir, "tools")
	must(t, os.Mkdir(tools, 0o700))
	for _, name := range []string{"dirname", "grep", "realpath"} {
		path, err := exec.LookPath(name)
		must(t, err)
		must(t, os.Symlink(path, filepath.Join(tools, name)))
	}
	must(t, os.WriteFile(filepath.Join(tools, "id"), []byte("#!/bin/sh\necho 1000\n"), 0o700))
	bash, err := exec.LookPath("bash")
	must(t, err)
	for given, want := range map[string]string{
		"IMAGE_KEY=nowhere": "no such key", "IMAGE_KEY=text": "no such key", "IMAGE_KEY=image.key.pub": "no such key", "IMAGE_KEY=image.key": "needs root",
		"UPDATE_KEYRING=nowhere": "no certificate", "UPDATE_KEYRING=secret.pem": "no certificate", "UPDATE_KEYRING=both.pem": "has a secret key in it", "UPDATE_KEYRING=ca.pem": "needs root",
	} {
		name, file, _ := strings.Cut(given, "=")
		cmd := exec.Command(bash, "../build")
		cmd.Env = []string{"PATH=" + tools, name + "=" + filepath.Join(dir, file)}
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, want %q:\n%s", given, err, want, out)
		}
	}
}
