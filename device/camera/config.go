//go:build linux

package camera

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"reflect"
	"strings"

	"checkpoint/device/node"
)

// Config is how a camera is used, as in the configuration file. A V4L2 camera is
// named beside it, by path or product; else it is one of URL, Command and Folder.
type Config struct {
	URL        string   `toml:"url"`        // http:// or https://, of a JPEG or an MJPEG stream
	CA         string   `toml:"ca"`         // PEM file for https; empty: the system's authorities
	Credential string   `toml:"credential"` // file with one line user:password
	Command    []string `toml:"command"`    // program and arguments, writes raw frames to its output
	Folder     string   `toml:"folder"`     // of PNG, JPEG and PGM files

	Format Format `toml:"format"` // of V4L2 and commands; empty: the best there is
	Width  int    `toml:"width"`  // pixels; 0: 1280
	Height int    `toml:"height"` // pixels; 0: 720
	FPS    int    `toml:"fps"`    // pictures a second; 0: 15

	// Controls of V4L2 cameras; nil: the camera's own way.
	ExposureUS *int `toml:"exposure_us"` // microseconds; nil: automatic
	Focus      *int `toml:"focus"`       // in the camera's own steps; nil: automatic
	Gain       *int `toml:"gain"`        // in the camera's own steps
	MainsHz    int  `toml:"mains_hz"`    // frequency of lamps; 0: 50

	TimeoutSeconds int `toml:"timeout_seconds"` // without a picture, and the camera is lost; 0: 5
}

// Bounds of pictures: 720p reads a card at arm's length, and nothing more than
// 4K is worth its time.
const (
	defaultWidth   = 1280
	defaultHeight  = 720
	defaultFPS     = 15
	defaultTimeout = 5  // seconds
	defaultMains   = 50 // Hz
	leastSide      = 64
	mostWidth      = 3840
	mostHeight     = 2160
	mostPixels     = mostWidth * mostHeight
	mostBytes      = 2 << 20 // of one compressed picture: eight bits a pixel at 1080p
	// Larger ones take more memory than the daemon may: a JPEG unfolds, of a
	// command's pictures three go round.
	mostJPEG    = 1920 * 1080
	mostWritten = 2560 * 1440
)

func (c Config) withDefaults() Config {
	for value, usual := range map[*int]int{&c.Width: defaultWidth, &c.Height: defaultHeight, &c.FPS: defaultFPS, &c.MainsHz: defaultMains, &c.TimeoutSeconds: defaultTimeout} {
		if *value == 0 {
			*value = usual
		}
	}
	return c
}

// IsZero tells whether nothing is configured.
func (c Config) IsZero() bool { return reflect.ValueOf(c).IsZero() }

// Validate reports every fault at once; at is the reader's path in the file,
// device what it says beside.
func (c Config) Validate(at string, device node.Config) error {
	f := faults{at: at + ".camera."}
	named := 0
	for _, is := range []bool{device != node.Config{}, c.URL != "", len(c.Command) > 0, c.Folder != ""} {
		if is {
			named++
		}
	}
	switch {
	case named == 0:
		f.list = append(f.list, fmt.Errorf("%s.path: missing; name the camera's path, or usb, or camera.url, camera.command or camera.folder: checkpointctl detect", at))
	case named > 1:
		f.list = append(f.list, fmt.Errorf("%s: a camera is one of path or usb, camera.url, camera.command and camera.folder", at))
	case device != node.Config{}:
		f.list = append(f.list, device.Validate(at))
	}
	c.validateWeb(&f)
	c.validatePictures(&f)
	c.validateControls(&f, device != node.Config{})
	return errors.Join(f.list...)
}

func (c Config) validateWeb(f *faults) {
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
		if c.CA != "" || c.Credential != "" {
			f.add("url", "missing, but a certificate or credential is named")
		}
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		f.add("url", "want http://host/path or https://host/path") // not shown: it may hold what it should not
	case u.User != nil:
		f.add("url", "user and password go into a file of their own: name it as credential")
	case c.CA != "" && u.Scheme != "https":
		f.add("ca", "only https has certificates")
	}
}

func (c Config) validatePictures(f *faults) {
	if c.Width < 0 || c.Height < 0 || c.Width != 0 && c.Width < leastSide || c.Height != 0 && c.Height < leastSide || c.Width > mostWidth || c.Height > mostHeight {
		f.add("width", "%d × %d: want 64 × 64 to 3840 × 2160", c.Width, c.Height)
	}
	switch {
	case c.Format == MJPEG && c.Width*c.Height > mostJPEG:
		f.add("width", `%d × %d of "mjpeg": want 1920 × 1080 at most; 1280 × 720 is enough`, c.Width, c.Height)
	case len(c.Command) > 0 && c.Width*c.Height > mostWritten:
		f.add("width", "%d × %d: a command may write 2560 × 1440 at most; 1280 × 720 is enough", c.Width, c.Height)
	}
	if c.Width != 0 && (c.URL != "" || c.Folder != "") {
		f.add("width", "the pictures have their own size; set it at the camera")
	}
	if (c.Width == 0) != (c.Height == 0) {
		f.add("width", "name width and height, or neither")
	}
	if c.FPS < 0 || c.FPS > 120 {
		f.add("fps", "%d: want 1 to 120", c.FPS)
	}
	if c.TimeoutSeconds < 0 || c.TimeoutSeconds > 60 {
		f.add("timeout_seconds", "%d: want 1 to 60", c.TimeoutSeconds)
	}
	switch {
	case c.Format == "":
	case c.URL != "" || c.Folder != "":
		f.add("format", "the pictures say it themselves; leave it out")
	case len(c.Command) > 0 && c.Format != Grey && c.Format != YUV420:
		f.add("format", `%q: a command writes "grey" or "yuv420"`, c.Format)
	case len(c.Command) == 0 && (c.Format == YUV420 || !c.Format.known()):
		f.add("format", `%q: use "grey", "yuyv", "nv12" or "mjpeg", or leave it out`, c.Format)
	}
}

func (c Config) validateControls(f *faults, v4l2 bool) {
	for key, value := range map[string]*int{"exposure_us": c.ExposureUS, "focus": c.Focus, "gain": c.Gain} {
		if value != nil && !v4l2 {
			f.add(key, "only cameras named by path or usb have one")
		}
		if value != nil && (*value < 0 || *value > 1_000_000) {
			f.add(key, "%d: want 0 to 1000000", *value)
		}
	}
	if c.MainsHz != 0 && c.MainsHz != 50 && c.MainsHz != 60 {
		f.add("mains_hz", "%d: want 50 or 60", c.MainsHz)
	}
	if c.MainsHz != 0 && !v4l2 {
		f.add("mains_hz", "only cameras named by path or usb have one")
	}
}

// Files reports what is named and not there, and a credential that others can
// read. They may come while the daemon runs, so Validate does not ask for them.
func (c Config) Files(at string) error {
	f := faults{at: at + ".camera."}
	if c.CA != "" {
		_, err := os.Stat(c.CA)
		f.because("ca", err)
	}
	if c.Credential != "" {
		info, err := os.Stat(c.Credential)
		f.because("credential", err)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			f.add("credential", "%s is readable by others (mode %04o): chmod 600 it", c.Credential, info.Mode().Perm())
		}
	}
	if c.Folder != "" {
		_, err := os.ReadDir(c.Folder)
		f.because("folder", err)
	}
	if len(c.Command) > 0 {
		_, err := exec.LookPath(c.Command[0])
		f.because("command", err)
	}
	return errors.Join(f.list...)
}

type faults struct {
	at   string
	list []error
}

func (f *faults) add(key, format string, args ...any) {
	f.list = append(f.list, fmt.Errorf("%s%s: %s", f.at, key, fmt.Sprintf(format, args...)))
}

// because adds an error of the system, not wrapped: it is not the configuration
// that is not there.
func (f *faults) because(key string, err error) {
	if wrapped := new(fs.PathError); errors.As(err, &wrapped) {
		err = fmt.Errorf("%s: %w", wrapped.Path, wrapped.Err)
	}
	if err != nil {
		f.add(key, "%s", strings.TrimPrefix(err.Error(), "exec: "))
	}
}
