//go:build linux

package node

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// USB is vendor and product, written as lsusb does: "05e0:1200". The zero value
// stands for any.
type USB struct{ Vendor, Product uint16 }

// ParseUSB reads vendor:product, four hexadecimal digits each.
func ParseUSB(s string) (USB, error) {
	vendor, product, ok := strings.Cut(s, ":")
	v, errV := strconv.ParseUint(vendor, 16, 16)
	p, errP := strconv.ParseUint(product, 16, 16)
	if !ok || len(vendor) != 4 || len(product) != 4 || errV != nil || errP != nil {
		return USB{}, fmt.Errorf("%q: want vendor:product as lsusb shows them, such as 05e0:1200", s)
	}
	return USB{uint16(v), uint16(p)}, nil
}

func (u USB) String() string { return fmt.Sprintf("%04x:%04x", u.Vendor, u.Product) }

// Config names a device, as in the configuration file. With both, the device at
// the path must be that product.
type Config struct {
	Path string // one that stays the same when the device is replugged
	USB  string // vendor:product
}

// Check is an error for a device that is not the one named. Any is, where no
// product is named.
func (c Config) Check(got USB) error {
	if want, err := ParseUSB(c.USB); err == nil && want != got {
		return fmt.Errorf("it is %s, not %s", got, want)
	}
	return nil
}

// Validate reports every fault at once; at is the section's path in the file.
func (c Config) Validate(at string) error {
	var faults []error
	if c.Path == "" && c.USB == "" {
		faults = append(faults, fmt.Errorf("%s.path: missing; name the scanner's path, or usb = \"vendor:product\": checkpointctl detect", at))
	}
	if c.USB != "" {
		if _, err := ParseUSB(c.USB); err != nil {
			faults = append(faults, fmt.Errorf("%s.usb: %w", at, err))
		}
	}
	return errors.Join(faults...)
}
