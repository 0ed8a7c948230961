// Package detect finds what is plugged into a box: scanners of every kind,
// cameras, GPIO chips, and says for each how the configuration names it or why it
// cannot be used.
//
// It looks into sysfs and asks cameras and GPIO chips for what they are. It
// opens no scanner, so it disturbs no daemon that reads one.
package detect
