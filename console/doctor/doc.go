// Package doctor looks at a whole box and says of each part whether it is well,
// and of what is not, what mends it. `checkpointctl doctor` and the page's
// self-test show the same rows.
//
// It promises that one fault gives one row, under the part that it is of, with
// its code, and what it brings about gives none; that a daemon that is dead is
// said first, and what can be looked at without it is; and that no row holds
// personal data. It changes nothing, but lights the lamps when that is asked for.
//
// How a part is looked at comes in through [Box], which the caller fills in.
package doctor
