// Package replay plays a file as if a serial scanner sent it: for
// demonstrations and tests without a device.
//
// It promises: one code at a time, at a pace; what is appended is played, too; a
// file that is taken away, replaced or cut short is like a scanner that was
// unplugged. It never writes, never interprets what it plays, and plays nothing
// but files.
package replay
