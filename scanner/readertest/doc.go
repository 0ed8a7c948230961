// Package readertest is the test that every reader of a lane must pass,
// whatever stands behind it: a pseudo terminal, a pipe, or a device of the real
// kernel. It also has the scanners for it: what they tell the kernel of
// themselves, what they type and what they report.
//
// It serves tests and the hardware lab, never a box. It opens no device: whoever
// runs it brings a [Bench].
package readertest
