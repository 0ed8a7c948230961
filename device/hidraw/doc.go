//go:build linux

// Package hidraw opens HID devices below the kernel's drivers, report by report.
//
// It promises that the device is one that the caller wants, by its report
// descriptor, that nobody else has opened it likewise, and that each Read gives
// one whole report. It never interprets reports: package scanner does.
package hidraw
