// Package scanner turns what reading devices send into scans: bytes, keys or
// reports.
//
// It promises: a scan holds what one code says and nothing else; a letter that
// cannot be told shows as U+FFFD and never as another one; a code that
// was broken off, or is longer than [checkpoint.MaxPayloadSize], is reported as
// unreadable once and never completed by the code after it; no input grows
// memory; a device that goes away comes back by itself under the same path.
//
// It never interprets a code, never opens a device by name (an [Opener] does)
// and never logs what was read.
//
// DESIGN.md has the data flow, the failure table and the trade-offs.
package scanner
