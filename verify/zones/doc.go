// Package zones holds at which level of the epidemic each commune is on which
// days, as the signed snapshot carries it (Resolution 128/NQ-CP of 2021: 1 green
// to 4 red).
//
// It promises: a table has one written form, so that two builds from the same
// rows sign the same bytes, and a commune or a day that the table does not hold
// has level 0 and nothing else.
//
// It knows nothing of rules; what follows from a level is the policy's.
package zones
