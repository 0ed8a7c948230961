package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func box(t *testing.T) *Config {
	t.Helper()
	c := &Config{StateDir: filepath.Join(t.TempDir(), "state")}
	c.MQTT.Key = filepath.Join(filepath.Dir(c.StateDir), "tls.key")
	err := os.MkdirAll(filepath.Join(c.StateDir, "snapshot", "layers"), 0o700)
	for _, name := range []string{"pepper", "province.json", "snapshot/layers/one", "../tls.key"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(c.StateDir, name), nil, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsTheDaemonsOwnIsNoFault(t *testing.T) {
	c := box(t)
	if err := c.Owned(); err != nil {
		t.Error(err)
	}
	c.StateDir = filepath.Join(c.StateDir, "none")
	if err := c.Owned(); err != nil {
		t.Errorf("before the first start: %v", err)
	}
}

// Each entry is named once, by what is wrong in it, with the command that mends
// it whole.
func TestFilesOfAnotherUserAreNamedWithTheCommand(t *testing.T) {
	c := box(t)
	var f faults
	f.strangers(c.StateDir, 54321) // nobody's
	if len(f) != 3 {
		t.Fatalf("%d faults, want one for each entry: %v", len(f), f)
	}
	path := filepath.Join(c.StateDir, "pepper")
	if want := path + " belongs to " + nameOf(uint32(os.Getuid())) + ", the daemon runs as 54321: chown -R 54321 " + path; !strings.Contains(f[0].Error(), want) {
		t.Errorf("%v, want %s", f[0], want)
	}
}

func TestSecretThatOthersCanReadIsNamedWithTheCommand(t *testing.T) {
	c := box(t)
	path := filepath.Join(c.StateDir, "pepper")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := c.Owned(); err == nil || !strings.Contains(err.Error(), path+" is readable by others (mode 0640): chmod 600 "+path) {
		t.Error(err)
	}
}
