// Package hidpos knows how a bar code scanner in HID-POS mode speaks: which of
// its reports hold codes, and where in them the bytes lie.
//
// It promises: any descriptor, however broken, gives a layout or an error, in
// bounded time and memory; a layout never reads outside a report.
//
// It does no input or output and joins no reports: package scanner does.
//
// Sources: Device Class Definition for HID 1.11, chapter 6.2.2 (descriptor
// items); HID Point of Sale Usage Tables 1.02, chapter 3 (usage page 0x8C).
package hidpos
