// Package wayout takes the proxy of a place's network, and its password, out of
// what systemd hands a service (systemd.exec(5), CREDENTIALS): the environment that
// a unit sets can be read in /proc, and by whoever may ask systemd about the unit.
package wayout

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Credential is the name in LoadCredential= (systemd.exec(5)) of what the card's
// seed leaves: lines name=value, as net/http's ProxyFromEnvironment knows them.
const Credential = "proxy"

// names that may be set so, and no others.
var names = []string{"https_proxy", "all_proxy", "no_proxy"}

// Take has this process go out that way. It comes before anything that goes out;
// without a credential nothing changes. What is in the file is in no error's text.
func Take() error {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(dir, Credential))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the way out of the network: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		for _, known := range names {
			if name == known {
				err = errors.Join(err, os.Setenv(name, value))
			}
		}
	}
	return err
}
