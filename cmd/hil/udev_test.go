package hil

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// udevDir is where the guest finds Debian's udev: the program, its libraries,
// its rules and ours.
const udevDir = "udev"

// udevRules are those of systemd that ours build on.
var udevRules = []string{"50-udev-default.rules", "60-input-id.rules", "60-persistent-input.rules", "60-serial.rules"}

var library = regexp.MustCompile(`/\S+\.so\S*`)

// prepareUdev copies the host's udev for the guest.
func prepareUdev(bench string) error {
	into := filepath.Join(bench, udevDir)
	if err := os.Mkdir(into, 0o755); err != nil {
		return err
	}
	program, err := exec.LookPath("udevadm")
	if err != nil {
		return fmt.Errorf("%w: install udev", err)
	}
	said, err := exec.Command("ldd", program).Output()
	if err != nil {
		return fmt.Errorf("ldd %s: %w", program, err)
	}
	for _, file := range append(library.FindAllString(string(said), -1), program) {
		err = errors.Join(err, copyProgram(filepath.Join(into, filepath.Base(file)), file))
	}
	for _, name := range udevRules {
		err = errors.Join(err, copyFile(filepath.Join(into, name), filepath.Join("/usr/lib/udev/rules.d", name)))
	}
	return errors.Join(err,
		copyFile(filepath.Join(into, "70-checkpoint.rules"), "../../systemd/70-checkpoint.rules"),
		copyFile(filepath.Join(into, "sysusers"), "../../systemd/checkpoint-sysusers.conf"))
}

func copyProgram(to, from string) error {
	if err := copyFile(to, from); err != nil {
		return err
	}
	return os.Chmod(to, 0o755)
}

// groupFile is /etc/group with the groups that our users are in, numbered from
// 100.
func groupFile(sysusers string) (text string) {
	for line := range strings.Lines(sysusers) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "g" {
			text += fmt.Sprintf("%s:x:%d:\n", words[1], 100+strings.Count(text, "\n"))
		}
	}
	return text
}
