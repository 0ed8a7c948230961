// Package metrics writes how a box fares as Prometheus reads it (text format
// 0.0.4), from the same status that the control socket gives.
//
// It promises: names begin with checkpoint_ and end in a base unit; what has an
// age is a timestamp, so that a box that is not asked does not look fresh; no
// label and no number is about a person. docs/metrics.md lists them all, made by
// a test.
//
// The format is a few lines of text, so no library is linked for it: the usual
// one would add two megabytes to the daemon.
package metrics
