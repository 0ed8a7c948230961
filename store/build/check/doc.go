// Package check examines what a province is about to feed in, before anything
// is built of it.
//
// It promises: every row is counted once, as usable or as rejected; a rejected
// row can be had back as it stands in its file, with line and reason; what rows
// and files say against each other (one number twice, a dose before birth, two
// names for one number) is counted exactly and shown with its first lines; the
// memory it needs does not grow with the number of people.
//
// It never repairs a row, never puts a name or number into a report, and leaves
// no file behind but the rejects it was asked for. provincectl calls it.
package check
