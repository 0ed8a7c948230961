// Package gate drives the lamps, the buzzer and the relay of one lane, and
// watches its contacts.
//
// It promises: every signal looks and sounds the same on every box (one table,
// pattern.go); a new signal takes effect at once; a gate that is new, closed or
// dark has every pin at rest, and at rest means closed; no method blocks. A pin
// that fails is reported once, retried, and its recovery reported once. So is an
// input that is lost; a fire contact is told at once.
//
// It never decides: when green ends and when the relay opens is the lane's to
// say. Only open.go knows pins by name.
//
// DESIGN.md has the data flow, the failure table and the wiring notes.
package gate
