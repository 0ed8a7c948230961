package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// modules are the kernel's in the RAM disk, as depmod lists them.
type modules struct {
	dir     string
	needs   map[string][]string // file to the files it needs, the last one first
	names   map[string]string   // name to file
	aliases [][2]string         // pattern of a device, name
	loaded  map[string]bool
}

func readModules() (*modules, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return nil, err
	}
	return readModulesIn("/lib/modules/" + unix.ByteSliceToString(u.Release[:]))
}

func readModulesIn(dir string) (*modules, error) {
	m := &modules{dir: dir, needs: map[string][]string{}, names: map[string]string{}, loaded: map[string]bool{}}
	dep, err := os.ReadFile(filepath.Join(dir, "modules.dep"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(dep)) {
		file, needs, _ := strings.Cut(strings.TrimSpace(line), ":")
		m.needs[file] = strings.Fields(needs)
		m.names[moduleName(file)] = file
	}
	alias, err := os.ReadFile(filepath.Join(dir, "modules.alias"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(alias)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "alias" {
			m.aliases = append(m.aliases, [2]string{words[1], words[2]})
		}
	}
	return m, nil
}

// moduleName of a file: dashes count as underscores.
func moduleName(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// load loads a module and what it needs. One that is not in the RAM disk is part
// of the kernel itself; what uses it says so if not.
func (m *modules) load(name string) error {
	file, ok := m.names[moduleName(name)]
	if !ok {
		return nil
	}
	needs := m.needs[file]
	for i := len(needs) - 1; i >= 0; i-- {
		if err := m.insert(needs[i]); err != nil {
			return err
		}
	}
	return m.insert(file)
}

func (m *modules) insert(file string) error {
	if m.loaded[file] {
		return nil
	}
	m.loaded[file] = true
	f, err := os.Open(filepath.Join(m.dir, file))
	if err != nil {
		return err
	}
	defer f.Close()
	flags := 0
	if !strings.HasSuffix(file, ".ko") {
		flags = unix.MODULE_INIT_COMPRESSED_FILE
	}
	if err := unix.FinitModule(int(f.Fd()), "", flags); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("load %s: %w", file, err)
	}
	return nil
}

// driver is the modules for a device, by what the device says it is.
func (m *modules) driver(device string) (names []string) {
	for _, a := range m.aliases {
		if ok, err := path.Match(a[0], device); ok && err == nil {
			names = append(names, a[1])
		}
	}
	return names
}

// coldplug loads the drivers of all devices there are now. One that does not
// load is said and passed over: it may not be the one that matters.
func (m *modules) coldplug() {
	_ = filepath.WalkDir("/sys/devices", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "modalias" {
			return nil // a device that has just gone
		}
		device, err := os.ReadFile(file)
		if err != nil {
			return nil
		}
		for _, name := range m.driver(strings.TrimSpace(string(device))) {
			if err := m.load(name); err != nil {
				fmt.Fprintln(os.Stderr, "init:", err)
			}
		}
		return nil
	})
}
