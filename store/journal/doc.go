// Package journal keeps a box's records durably until the province has them.
//
// It promises: Append returns only when the record is on disk; nothing that is
// not marked is ever removed; nobody who finds the card can read a record.
// It never decides what a record says and never talks to the network.
//
// DESIGN.md has the data flow, the failure table and the trade-offs.
package journal
