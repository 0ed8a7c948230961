// Package hil proves the box on real kernel devices: the shipped daemon runs in
// a guest of package lab, with GPIO lines, USB scanners and HID devices that
// the kernel's own drivers serve; the province's side (Mosquitto, collector)
// runs on the host. It has tests only; DESIGN.md of device/lab tells how.
package hil
