package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// trim copies the modules that a list names, and what they need, from one module
// tree (lib/modules/VERSION, after depmod) into another. A line of the list is a
// path below kernel/: one that ends in / stands for all below it, and a ! before
// it takes out again what an earlier line let in. A line that stands for nothing is an
// error, unless it begins with ?: what a kernel builds in is no module.
func trim(from, list, to string) error {
	needs, err := dependencies(from)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	wanted, err := choose(needs, string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", list, err)
	}
	for file := range wanted {
		if err := copyInto(from, to, file); err != nil {
			return err
		}
	}
	for _, file := range []string{"modules.order", "modules.builtin", "modules.builtin.modinfo"} {
		if err := copyInto(from, to, file); err != nil {
			return err
		}
	}
	return nil
}

// dependencies reads modules.dep.
func dependencies(dir string) (map[string][]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "modules.dep"))
	if err != nil {
		return nil, err
	}
	needs := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		file, list, _ := strings.Cut(strings.TrimSpace(line), ":")
		needs[file] = strings.Fields(list)
	}
	return needs, nil
}

func choose(needs map[string][]string, list string) (map[string]bool, error) {
	wanted := map[string]bool{}
	var missing []string
	for line := range strings.Lines(list) {
		pattern, _, _ := strings.Cut(line, "#")
		pattern = strings.TrimSpace(pattern)
		if pattern == "" {
			continue
		}
		pattern, out := strings.CutPrefix(pattern, "!")
		pattern, maybe := strings.CutPrefix(pattern, "?")
		found := false
		for file := range needs {
			if !matches(file, "kernel/"+pattern) {
				continue
			}
			found = true
			wanted[file] = !out
		}
		if !found && !maybe {
			missing = append(missing, pattern)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("this kernel has no module %s", strings.Join(missing, ", "))
	}
	for file, in := range wanted {
		if !in {
			delete(wanted, file)
		}
	}
	for _, file := range slices.Collect(maps.Keys(wanted)) {
		for _, need := range needs[file] {
			wanted[need] = true
		}
	}
	return wanted, nil
}

func matches(file, pattern string) bool {
	if strings.HasSuffix(pattern, "/") {
		return strings.HasPrefix(file, pattern)
	}
	name, _, _ := strings.Cut(file, ".ko")
	return name == pattern
}

func copyInto(from, to, file string) error {
	b, err := os.ReadFile(filepath.Join(from, file))
	if err != nil {
		return err
	}
	path := filepath.Join(to, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
