// Package nbd serves a disk that forgets, as a card does whose power goes: what a
// machine wrote and did not flush is in a volatile cache, and [Disk.Cut] loses a
// random part of it. Of the writes since the last flush each one survives, is
// lost, or is torn at a sector's boundary, whatever became of those before it and
// after it. What was flushed, or written with FUA, is never lost: it is an honest
// card, not one that lies.
//
// Machines reach it by the Network Block Device protocol
// (github.com/NetworkBlockDevice/nbd, doc/proto.md): fixed newstyle negotiation,
// simple replies, one export without a name, and the four commands that a virtual
// disk cannot do without: read, write, flush, disconnect.
//
// It is for tests alone and never part of a program.
package nbd
