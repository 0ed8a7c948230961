// Package input reads what a province feeds in: CSV files of people, doses,
// tests, cases, withdrawn documents, declarations, zones, staff, visitors and
// sites, plain or packed by gzip or zstd.
//
// It promises that every data row of a file comes out exactly once, as a value
// that keeps the column's rules or as an error that names file, line, column
// and what is wanted there. An error about one row never ends the reading; only
// a file that cannot be read on (no header, broken gzip, an opened quote that
// never closes) does, and that error is then the last thing yielded.
//
// It never puts a value of the file into an error, so errors may be logged and
// mailed; who asks for the rows themselves, to mend them, sets [Reader].Reject.
// It never holds more than one row, and never judges across rows or files:
// whether a dose belongs to a known person is asked by package check and by the
// builder.
//
// Files are UTF-8 with or without a byte order mark, comma-separated (RFC
// 4180), with a header row. Columns may stand in any order; unknown ones are
// ignored. A province's own column names are told by [Columns].
package input
