// Package build makes snapshot layers out of what the province feeds in.
//
// It promises: the same input, number and pepper give the same bytes; a row
// that cannot be used is an error with its file and line, never silently
// dropped; no name or address gets past it. It runs in the province only.
package build
