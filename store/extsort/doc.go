// Package extsort sorts more records than memory holds.
//
// It promises: records come out in byte order, equal ones as often as they
// went in, whatever the memory and the order of adding; memory stays within
// the budget and one read buffer a run; nothing is left on disk when the
// process ends, however it ends. Sorted records can be read several times.
//
// It never interprets a record: what has to be sorted first stands first.
package extsort
