package hil

import (
	"testing"

	"checkpoint/device/lab"
)

func TestMain(m *testing.M) {
	lab.Main(m, lab.Bench{
		Modules:  []string{"gpio-sim", "uhid", "hid-generic", "evdev", "dummy_hcd num=2", "libcomposite", "usb_f_acm", "usb_f_hid", "cdc-acm", "usbhid", "v4l2loopback devices=0"},
		Programs: []string{"checkpoint/cmd/checkpointd", "checkpoint/cmd/checkpointctl"},
		Prepare:  prepare,
	})
}
