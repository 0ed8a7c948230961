// Package rig is what benchmarks measure a box with, from outside: the daemon
// as a process of its own, the scanner's end of its serial port, the edges of
// its simulated pins, its memory, and a disk that nobody else writes to.
package rig
