// Package faults is everything that can be wrong with a box, as data: one table
// of codes with a title in two languages, how bad it is, what causes it, how long
// it must last before anybody is told, and what to do about it.
//
// It promises that of two faults of which one causes the other only the cause
// is told: with the cable out nobody hears that the broker cannot be reached.
// A code never changes its meaning; metrics, bundles and remote orders carry it.
//
// It finds no fault by itself and keeps no personal data. The control socket,
// the guard's page, the health message, metrics and doctor use it.
package faults
