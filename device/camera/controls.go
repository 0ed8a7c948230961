//go:build linux

package camera

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Controls (linux/v4l2-controls.h).
const (
	ctrlAutoGain     = 0x00980912
	ctrlGain         = 0x00980913
	ctrlMains        = 0x00980918
	ctrlAutoExposure = 0x009A0901
	ctrlExposure     = 0x009A0902 // steps of 100 µs
	ctrlFocus        = 0x009A090A
	ctrlAutoFocus    = 0x009A090C

	mains50Hz        = 1
	mains60Hz        = 2
	exposureAuto     = 0
	exposureManual   = 1
	exposureAperture = 3   // automatic, of cameras whose iris is fixed
	exposureStep     = 100 // µs
)

// setControls sets what is configured, and what is automatic again: a camera
// keeps what another program has set. What nobody named may be missing.
func setControls(fd int, c Config) error {
	mains := int32(mains50Hz)
	if c.MainsHz == 60 {
		mains = mains60Hz
	}
	_ = set(fd, ctrlMains, mains) // not every camera flickers
	if c.ExposureUS == nil {
		if set(fd, ctrlAutoExposure, exposureAperture) != nil {
			_ = set(fd, ctrlAutoExposure, exposureAuto) // one without either has no choice
		}
	} else if err := errors.Join(set(fd, ctrlAutoExposure, exposureManual), set(fd, ctrlExposure, int32(*c.ExposureUS/exposureStep))); err != nil {
		return fmt.Errorf("camera.exposure_us: %w", err)
	}
	if c.Focus == nil {
		_ = set(fd, ctrlAutoFocus, 1) // a fixed lens has none
	} else {
		_ = set(fd, ctrlAutoFocus, 0) // a lens moved by hand has none
		if err := set(fd, ctrlFocus, int32(*c.Focus)); err != nil {
			return fmt.Errorf("camera.focus: %w", err)
		}
	}
	if c.Gain != nil {
		_ = set(fd, ctrlAutoGain, 0) // with a fixed exposure it may be gone
		if err := set(fd, ctrlGain, int32(*c.Gain)); err != nil {
			return fmt.Errorf("camera.gain: %w", err)
		}
	}
	return nil
}

// set sets a control, within what the camera can.
func set(fd int, id uint32, value int32) error {
	q := controlText{id: id}
	err := ioctl(fd, vidQueryctrl, &q)
	if err != nil || q.flags&ctrlDisabled != 0 {
		return errors.New("the camera has no such control; leave it out")
	}
	if value < q.least || value > q.most {
		return fmt.Errorf("%d: this camera takes %d to %d", value, q.least, q.most)
	}
	if err := ioctl(fd, vidSetCtrl, &control{id, value}); err != nil && !errors.Is(err, unix.EBUSY) {
		return err
	}
	return nil
}
