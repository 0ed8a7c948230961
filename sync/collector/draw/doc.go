// Package draw makes pictures where people would rather look than read: a map of
// checkpoints and a plot of people by hour. Each is one SVG document (SVG 1.1)
// that needs nothing else: no tiles, no script, no style sheet, no font of its
// own, so that a page of a strict content policy can hold it and a file keeps it.
//
// It promises that nothing is told by colour alone (each state has a shape and a
// word), that a screen reader hears the whole in a sentence or two, and that what
// is drawn is well-formed XML whatever the names are. It knows no database, no
// account and no page.
package draw
