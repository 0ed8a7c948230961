// Package serial opens serial ports by path: the one place that does.
//
// It promises: a port that is raw, 8 data bits, no parity, 1 stop bit, whose
// Read gives up after a short time-out; an error that says what to do next.
// It never reads ahead, never writes and never interprets what arrives.
package serial
