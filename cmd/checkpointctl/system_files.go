//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	stdio "io"
	"io/fs"
	"os"

	"checkpoint/cmd/internal/cli"
	"checkpoint/image/install"
	"checkpoint/store/release"
)

// systemFiles is where a box keeps what its systems are about.
type systemFiles struct{ dir, release, keyring string }

func (s *systemFiles) flags(f *flag.FlagSet) {
	f.StringVar(&s.dir, "keep", "/data/system", "directory of floor and bundle, which outlives every system")
	f.StringVar(&s.release, "release", release.File, "version of the system that runs")
	f.StringVar(&s.keyring, "keyring", release.Keyring, "whose bundles RAUC believes")
}

func (s *systemFiles) installer() (install.Installer, error) {
	r, err := release.Read(s.release)
	if errors.Is(err, fs.ErrNotExist) {
		err = cli.Hint(err, "chỉ dành cho máy chạy từ thẻ của nó / this is for a box that started from its card")
	}
	return install.Installer{Rauc: "rauc", Keyring: s.keyring, Dir: s.dir, Running: r}, err
}

// proved raises the floor; a machine without a release has none.
func (s *systemFiles) proved() error {
	i, err := s.installer()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return i.Proved()
}

// failed is the version that was installed last and fell back; the zero version:
// none that is known of.
func (s *systemFiles) failed() release.Version {
	i, err := s.installer()
	if err != nil {
		return release.Version{} // describe says why
	}
	v, _ := i.Failed()
	return v
}

// describe says what may be installed here; started tells whether what was
// installed last has had its start.
func (s *systemFiles) describe(w stdio.Writer, started bool) error {
	i, err := s.installer()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	floor, err := i.Floor().Load()
	fmt.Fprintf(w, "bản đang chạy / version that runs: %s; không nhận bản dưới / nothing is installed below: %s\n", i.Running.Version, floor)
	failed, errFailed := i.Failed()
	switch {
	case failed == (release.Version{}):
	case !started:
		fmt.Fprintf(w, "đã cài, chờ khởi động lại / installed, waits for the restart: %s\n", failed)
	default:
		fmt.Fprintf(w, "bản cài sau cùng không chạy / the one installed last does not run: %s\n", failed)
	}
	if _, err := os.Stat(i.Keyring); err != nil {
		fmt.Fprintf(w, "không nhận cập nhật / %s\n", install.ErrNoKeyring)
	}
	return errors.Join(err, errFailed)
}
