// Package farlink is the way up from a box in the lab's guest to the province on
// the host: the real daemon behind a link that the guest's kernel makes slow,
// far and lossy (sch_netem), and under a clock that somebody sets. It has tests
// only; the province is a real broker, collectord and database.
package farlink
