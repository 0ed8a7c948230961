package main

import (
	"archive/tar"
	"bufio"
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// component of a bill of materials (CycloneDX 1.6, JSON).
type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl"`
}

type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Components []component `json:"components"`
}

// writeBill lists what the image is made of: the packages of its root file
// system, those whose files were taken without installing them (lines name
// version), and the modules in our own programs. There is no time in it: the same
// image has the same bill.
func writeBill(root, taken, out string, programs []string) error {
	all, err := installed(root)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(taken)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		name, version, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			return fmt.Errorf("%s: %q is not a name and a version", taken, line)
		}
		all = append(all, debian(name, version))
	}
	for _, p := range programs {
		linked, err := linked(p)
		if err != nil {
			return err
		}
		all = append(all, linked...)
	}
	slices.SortFunc(all, func(a, b component) int { return cmp.Compare(a.Ref, b.Ref) })
	all = slices.Compact(all)
	b, err := json.MarshalIndent(bill{"CycloneDX", "1.6", 1, all}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}

func debian(name, version string) component {
	purl := "pkg:deb/debian/" + name + "@" + url.QueryEscape(version)
	return component{"library", purl, name, version, purl}
}

// installed reads dpkg's status in a tar of a root file system (deb-status(5)).
func installed(root string) (all []component, err error) {
	f, err := os.Open(root)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for archive := tar.NewReader(f); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s has no dpkg status", root)
		}
		if err != nil {
			return nil, err
		}
		if path.Clean("/"+h.Name) == "/var/lib/dpkg/status" {
			return packages(archive)
		}
	}
}

func packages(status io.Reader) (all []component, err error) {
	var name string
	lines := bufio.NewScanner(status)
	lines.Buffer(nil, 1<<20) // some descriptions are long
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch key {
		case "Package":
			name = value
		case "Version":
			all = append(all, debian(name, value))
		}
	}
	return all, lines.Err()
}

// linked are the modules that a Go program was built from, itself among them.
func linked(program string) (all []component, err error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(program)
	purl := "pkg:golang/" + info.Path
	all = append(all, component{"application", purl, name, "", purl})
	std := "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")
	all = append(all, component{"library", std, "std", strings.TrimPrefix(info.GoVersion, "go"), std})
	for _, d := range info.Deps {
		purl := "pkg:golang/" + d.Path + "@" + d.Version
		all = append(all, component{"library", purl, d.Path, d.Version, purl})
	}
	return all, nil
}
