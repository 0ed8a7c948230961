// Package build makes snapshot layers out of what the province feeds in.
//
// It promises: the same input, number and pepper give the same file, in any
// order of rows and with any memory and number of cores; memory that does not
// grow with the province; a row that cannot be used is an error with its file
// and line, never silently dropped; no name or address gets past it. It runs in
// the province only.
//
// DESIGN.md has the data flow and the failure table.
package build
