// Package postgres keeps a province's records in PostgreSQL (14 or newer): what
// boxes sent, sealed; how far each segment is held; and, written by a separate
// process that alone has the key, what the records say.
//
// It promises: a commit is one durable transaction; what a mark says is read
// in the transaction that made it true; nothing a box writes can make an insert
// fail; a record is in one place, once, however often and by however many
// collectors it comes; a database that was put back says so by a new restore
// token. DESIGN.md of the folder above has the data flow and the failures.
package postgres
