//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Why no bundle was found where somebody looked for one.
var (
	errNoStick     = errors.New("no USB stick is plugged in")
	errStickRead   = errors.New("the stick cannot be read")
	errNoBundle    = errors.New("no bundle (.raucb) is there")
	errManyBundles = errors.New("more than one bundle is there")
)

// bundleAt is the bundle that somebody named: itself, by its folder, or by the
// device of the stick that it is on. What is returned must be called once it has
// been copied.
func bundleAt(name string) (path string, leave func() error, err error) {
	leave = func() error { return nil }
	info, err := os.Stat(name)
	if err != nil {
		return "", leave, fmt.Errorf("look for a bundle: %w", err)
	}
	dir := name
	switch {
	case info.Mode()&fs.ModeDevice != 0:
		if dir, leave, err = mountStick(name); err != nil {
			return "", func() error { return nil }, fmt.Errorf("%w: %w", errStickRead, err)
		}
	case !info.IsDir():
		return name, leave, nil
	}
	if path, err = bundleIn(dir); err != nil {
		return "", func() error { return nil }, errors.Join(fmt.Errorf("%s: %w", name, err), leave())
	}
	return path, leave, nil
}

// bundleOnStick is the bundle of the first stick that has one.
func bundleOnStick(sticks []string) (path string, leave func() error, err error) {
	if len(sticks) == 0 {
		return "", nil, errNoStick
	}
	var unread, without []error
	for _, device := range sticks {
		path, leave, err = bundleAt(device)
		switch {
		case errors.Is(err, errNoBundle):
			without = append(without, err)
		case errors.Is(err, errStickRead): // also a whole disk whose partition has the files
			unread = append(unread, err)
		default:
			return path, leave, err
		}
	}
	if len(without) > 0 {
		return "", nil, errors.Join(without...)
	}
	return "", nil, errors.Join(unread...)
}

// sticks are the disks on USB and their partitions (sysfs, class block).
func sticks(sys string) (devices []string, err error) {
	names, err := filepath.Glob(filepath.Join(sys, "class/block/*"))
	for _, name := range names {
		if at, errLink := filepath.EvalSymlinks(name); errLink == nil && strings.Contains(at, "/usb") { // else: pulled out meanwhile
			devices = append(devices, "/dev/"+filepath.Base(name))
		}
	}
	return devices, err
}

// bundleIn is the one bundle of a folder, or of the folders in it.
func bundleIn(dir string) (string, error) {
	var found []string
	for _, pattern := range []string{"*", "*/*"} {
		names, err := filepath.Glob(filepath.Join(escaped(dir), pattern))
		if err != nil {
			return "", err
		}
		for _, name := range names {
			if !strings.HasPrefix(filepath.Base(name), ".") && strings.EqualFold(filepath.Ext(name), ".raucb") {
				found = append(found, name)
			}
		}
	}
	switch len(found) {
	case 0:
		return "", errNoBundle
	case 1:
		return found[0], nil
	}
	for i, name := range found {
		found[i], _ = filepath.Rel(dir, name) // below it
	}
	return "", fmt.Errorf("%w: %s", errManyBundles, strings.Join(found, ", "))
}

// escaped is a folder's name within a pattern (path/filepath, Match).
func escaped(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
