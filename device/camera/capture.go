//go:build linux

package camera

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"checkpoint/device/node"
)

// capture is a V4L2 camera that streams into memory shared with the kernel.
type capture struct {
	fd     int
	memory [][]byte
	given  raw
	held   *buffer // whose memory given is; nil: none
}

// buffers are as many as the kernel may fill while one picture is looked at.
const buffers = 4

// Error says why a camera did not open and what to do about it.
type Error struct {
	Path string // or what it was sought by
	Hint string // the next step, empty when none is known
	Err  error
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return fmt.Sprintf("open camera %s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("open camera %s: %v: %s", e.Path, e.Err, e.Hint)
}

func (e *Error) Unwrap() error { return e.Err }

func explain(path string, err error) error {
	hint := ""
	switch {
	case errors.Is(err, fs.ErrPermission):
		hint = "add the service's user to group video"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		hint = "plug the camera in, or correct its path: checkpointctl detect"
	case errors.Is(err, unix.EBUSY):
		hint = "another program uses it; stop that one first"
	case errors.Is(err, unix.ENOTTY), errors.Is(err, errNoCapture):
		hint = "this is no camera; checkpointctl detect lists those that are there"
	case errors.Is(err, unix.ENOSPC):
		hint = "the USB has no room for it: other pictures a second, format mjpeg, or another socket"
	}
	return &Error{path, hint, err}
}

var errNoCapture = errors.New("it gives no pictures")

// openDevice opens a camera by its path or product and starts it.
func openDevice(c Config, device node.Config) (*capture, error) {
	path, err := locate(node.Here(), device)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, explain(path, err)
	}
	k := &capture{fd: fd}
	if err := k.start(c); err != nil {
		_ = k.close() // what is wrong has been said
		return nil, explain(path, err)
	}
	return k, nil
}

func (k *capture) start(c Config) error {
	if err := captures(k.fd); err != nil {
		return err
	}
	if err := k.shape(c); err != nil {
		return err
	}
	rate := streamParameters{kind: kindCapture, numerator: 1, denominator: uint32(c.FPS)}
	if err := ioctl(k.fd, vidSetParm, &rate); err != nil && !errors.Is(err, unix.ENOTTY) && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("set %d pictures a second: %w", c.FPS, err)
	}
	if err := setControls(k.fd, c); err != nil {
		return err
	}
	if err := k.share(); err != nil {
		return err
	}
	kind := int32(kindCapture)
	if err := ioctl(k.fd, vidStreamon, &kind); err != nil {
		return fmt.Errorf("start the stream: %w", err)
	}
	return nil
}

// shape asks for the format, or the best that the camera has, and takes the size
// that it offers instead of the one wanted.
func (k *capture) shape(c Config) error {
	var last error
	for _, p := range pixels {
		if c.Format != "" && c.Format != p.format {
			continue
		}
		f := format{kind: kindCapture, width: uint32(c.Width), height: uint32(c.Height), pixels: p.code, field: fieldAny}
		if last = ioctl(k.fd, vidSetFmt, &f); last != nil || f.pixels != p.code {
			continue
		}
		if f.width == 0 || f.height == 0 || f.width > mostPixels/f.height {
			return fmt.Errorf("it offers pictures of %d × %d", f.width, f.height)
		}
		k.given = raw{format: p.format, width: int(f.width), height: int(f.height), stride: int(f.stride)}
		if k.given.stride == 0 && p.format == YUYV {
			k.given.stride = 2 * k.given.width
		} else if k.given.stride == 0 {
			k.given.stride = k.given.width
		}
		return nil
	}
	if last != nil {
		return fmt.Errorf("set the format: %w", last)
	}
	if c.Format != "" {
		return fmt.Errorf("it has no format %q: checkpointctl detect lists those that it has", c.Format)
	}
	return errors.New("it has none of the formats grey, nv12, mjpeg and yuyv: use a command that gives grey")
}

// share maps the kernel's buffers and hands all of them over to be filled.
func (k *capture) share() error {
	want := requestBuffers{count: buffers, kind: kindCapture, memory: memoryMmap}
	if err := ioctl(k.fd, vidReqbufs, &want); err != nil {
		return fmt.Errorf("share memory: %w", err)
	}
	for i := range want.count {
		b := buffer{index: i, kind: kindCapture, memory: memoryMmap}
		if err := ioctl(k.fd, vidQuerybuf, &b); err != nil {
			return fmt.Errorf("share memory: %w", err)
		}
		m, err := unix.Mmap(k.fd, int64(b.offset), int(b.length), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return fmt.Errorf("share memory: %w", err)
		}
		k.memory = append(k.memory, m)
		if err := ioctl(k.fd, vidQbuf, &b); err != nil {
			return fmt.Errorf("share memory: %w", err)
		}
	}
	if len(k.memory) < 2 {
		return errors.New("share memory: the driver gives too little")
	}
	return nil
}

// next gives the newest picture that the kernel has; older ones go back unseen.
func (k *capture) next() (*raw, error) {
	if k.held != nil {
		if err := ioctl(k.fd, vidQbuf, k.held); err != nil {
			return nil, fmt.Errorf("read camera: %w", err)
		}
		k.held = nil
	}
	polled := []unix.PollFd{{Fd: int32(k.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(polled, int(ReadTimeout.Milliseconds()))
	switch {
	case n == 0, errors.Is(err, unix.EINTR):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read camera: %w", err)
	case polled[0].Revents&unix.POLLIN == 0: // POLLERR: unplugged, or the driver has stopped
		return nil, fmt.Errorf("read camera: %w", unix.ENODEV)
	}
	for {
		b := buffer{kind: kindCapture, memory: memoryMmap}
		err := ioctl(k.fd, vidDqbuf, &b)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return k.newest(), nil
		case err != nil:
			return nil, fmt.Errorf("read camera: %w", err)
		case int(b.index) >= len(k.memory) || int(b.used) > len(k.memory[b.index]):
			return nil, errors.New("read camera: the driver names memory that it never gave")
		}
		back := &b
		if b.flags&flagError == 0 && b.used > 0 {
			back, k.held = k.held, &b
		}
		if back == nil {
			continue
		}
		if err := ioctl(k.fd, vidQbuf, back); err != nil {
			return nil, fmt.Errorf("read camera: %w", err)
		}
	}
}

func (k *capture) newest() *raw {
	if k.held == nil {
		return nil
	}
	k.given.data = k.memory[k.held.index][:k.held.used]
	return &k.given
}

// close stops the stream with the descriptor.
func (k *capture) close() error {
	var errs []error
	for _, m := range k.memory {
		errs = append(errs, unix.Munmap(m))
	}
	errs = append(errs, unix.Close(k.fd))
	return errors.Join(errs...)
}
