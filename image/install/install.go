package install

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"checkpoint/store/durable"
	"checkpoint/store/release"
	"checkpoint/store/system"
)

// Why a bundle is not installed. The system that runs stays as it is.
var (
	ErrNoKeyring = errors.New("this image has no keyring and takes no updates")
	ErrUnsigned  = errors.New("the bundle is damaged, or not signed by those whom this box believes")
	ErrOther     = errors.New("the bundle is for another kind of box")
	ErrOlder     = errors.New("the bundle is older than the floor of this box")
	ErrTried     = errors.New("this version was tried on this box and did not become ready")
	ErrNoRoom    = errors.New("not enough room on the data partition")
	ErrWrite     = errors.New("the bundle could not be installed")
	ErrBusy      = errors.New("another update is being installed")
	ErrRuns      = errors.New("this version runs already")
	ErrGivenUp   = errors.New("the installation of this bundle broke off too often")
)

// Refused tells whether a bundle that came by itself will never be installed
// here. Whatever else broke an installation off may be otherwise the next time.
func Refused(err error) bool {
	return slices.ContainsFunc([]error{ErrNoKeyring, ErrUnsigned, ErrOther, ErrOlder, ErrTried, ErrRuns, ErrGivenUp}, func(of error) bool { return errors.Is(err, of) })
}

// reserve is what stays free for records, in bytes.
const reserve = 64 << 20

// Installer installs bundles on this box.
type Installer struct {
	Rauc    string          // the program
	Keyring string          // whom it believes
	Dir     string          // on the data partition, of root alone
	Running release.Release // the system that asks
	Out     io.Writer       // how far RAUC is
}

// Bundle is what a signed bundle says of itself.
type Bundle struct {
	Version release.Version
	path    string
	lock    *os.File
}

// Floor is below which version this box never goes.
func (i Installer) Floor() release.Kept { return release.Kept(filepath.Join(i.Dir, "floor")) }

// tried is the version that was installed last.
func (i Installer) tried() release.Kept { return release.Kept(filepath.Join(i.Dir, "tried")) }

// Failed is the version that was installed last, if it is not the one that runs:
// it fell back. The zero version: none.
func (i Installer) Failed() (release.Version, error) {
	v, err := i.tried().Load()
	if v == i.Running.Version {
		v = release.Version{}
	}
	return v, err
}

// Proved is told that the system that runs was ready: nothing below its floor is
// installed from now on.
func (i Installer) Proved() error { return i.Floor().Raise(i.Running.Floor) }

// Open copies a bundle to where nobody but root can change it, and checks it
// there: signature, kind of box, floor. unseen is for one that nobody at the box
// chose: it is not installed if it fell back once, and not begun for ever if it
// breaks off each time. Close ends with it.
func (i Installer) Open(ctx context.Context, from string, unseen bool) (Bundle, error) {
	if _, err := os.Stat(i.Keyring); errors.Is(err, fs.ErrNotExist) {
		return Bundle{}, ErrNoKeyring
	}
	lock, err := i.lock()
	if err != nil {
		return Bundle{}, err
	}
	b := Bundle{path: filepath.Join(i.Dir, "bundle.raucb"), lock: lock}
	floor, err := i.Floor().Load()
	if err != nil {
		err = fmt.Errorf("no update while the floor cannot be read: %w", err)
	} else if err = i.copy(from, b.path, unseen); err == nil {
		err = i.check(ctx, &b, floor, unseen)
	}
	if err != nil {
		return Bundle{}, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close gives the room of the copy back.
func (b Bundle) Close() error {
	defer b.lock.Close()
	return os.RemoveAll(b.path)
}

// lock keeps two installers apart until it is closed.
func (i Installer) lock() (*os.File, error) {
	if err := durable.MkdirAll(i.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make directory for updates: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(i.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock updates: %w", err)
	}
	if err := system.TryLock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrBusy, err), f.Close())
	}
	return f, nil
}

func (i Installer) copy(from, to string, unseen bool) error {
	if err := os.RemoveAll(to); err != nil { // of a power cut
		return fmt.Errorf("copy bundle: %w", err)
	}
	in, err := durable.OpenForeign(from)
	if err != nil {
		return fmt.Errorf("copy bundle: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return fmt.Errorf("copy bundle: %w", err)
	}
	free, err := system.Free(i.Dir)
	if err != nil {
		return fmt.Errorf("copy bundle: %w", err)
	}
	if free < info.Size()+reserve {
		return fmt.Errorf("%w: %d MB are free, the bundle needs %d MB and %d MB stay for records", ErrNoRoom, free>>20, info.Size()>>20+1, reserve>>20)
	}
	if unseen {
		if err := i.begin(info); err != nil {
			return err
		}
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy bundle: %w", err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("copy bundle: %w", err)
	}
	return nil
}

// mostBegun is how often a bundle that came by itself is begun: each time costs
// the card more than a hundred megabytes of writing, and one that rotted after it
// came breaks off as one does whose card had a bad moment.
const mostBegun = 6

// begin counts, before anything is done, how often the bundle was begun: a power
// cut in the middle leaves no other trace. It is told from others by size and
// time, which are known also where it cannot be read.
func (i Installer) begin(info fs.FileInfo) error {
	file := durable.Bytes(filepath.Join(i.Dir, "begun"))
	which, count := fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano()), 0
	if have, err := file.Load(); err != nil {
		return fmt.Errorf("count the beginnings of a bundle: %w", err)
	} else if text, same := strings.CutPrefix(string(have), which+" "); same {
		count, _ = strconv.Atoi(strings.TrimSpace(text))
	}
	if count >= mostBegun {
		return fmt.Errorf("%w: %d times", ErrGivenUp, count)
	}
	return file.Save(fmt.Appendf(nil, "%s %d\n", which, count+1))
}

// check asks RAUC what the signature is over, and judges it.
func (i Installer) check(ctx context.Context, b *Bundle, floor release.Version, unseen bool) error {
	var said bytes.Buffer
	info := exec.CommandContext(ctx, i.Rauc, "info", "--output-format=json", b.path)
	info.Stderr = &said
	text, err := info.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return fmt.Errorf("%w: %s", ErrUnsigned, last(said.String(), err))
	} else if err != nil { // it was not started, or killed: nothing is known of the bundle
		return fmt.Errorf("%w: rauc info: %w", ErrWrite, err)
	}
	var m struct{ Compatible, Version string }
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("read what rauc says of the bundle: %w", err)
	}
	if m.Compatible != i.Running.Compatible {
		return fmt.Errorf("%w: %q, this one is %q", ErrOther, m.Compatible, i.Running.Compatible)
	}
	if b.Version, err = release.Parse(m.Version); err != nil {
		return fmt.Errorf("%w: %w", ErrOther, err)
	}
	if b.Version.Compare(floor) < 0 {
		return fmt.Errorf("%w: %s, the floor is %s", ErrOlder, b.Version, floor)
	}
	if unseen && b.Version == i.Running.Version {
		return fmt.Errorf("%w: %s", ErrRuns, b.Version)
	}
	failed, err := i.Failed()
	if unseen && err == nil && b.Version == failed {
		return fmt.Errorf("%w: %s", ErrTried, b.Version)
	}
	return nil
}

// Install writes the bundle into the slot that does not run, and has that one
// started next. Until the last step the slot is not started; if anything goes
// wrong before, the system that runs is started as ever.
func (i Installer) Install(ctx context.Context, b Bundle) error {
	var said bytes.Buffer
	rauc := exec.CommandContext(ctx, i.Rauc, "install", "--progress", b.path)
	rauc.Stdout = io.MultiWriter(i.Out, &said)
	rauc.Stderr = rauc.Stdout // the same writer: one at a time
	if err := rauc.Run(); err != nil {
		return fmt.Errorf("%w: %s", ErrWrite, last(said.String(), err))
	}
	return i.tried().Store(b.Version)
}

// last is why a program failed: what RAUC names as such, or the last line that it
// said, or its error where it said nothing.
func last(said string, err error) string {
	why := ""
	for line := range strings.Lines(said) {
		if text, named := strings.CutPrefix(strings.TrimSpace(line), "LastError: "); named {
			return text
		} else if text != "" {
			why = text
		}
	}
	return cmp.Or(why, err.Error())
}
