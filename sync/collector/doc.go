// Package collector is the province's end of the wire: it takes batches of
// sealed records off the broker, has them stored, and tells each box by a
// signed mark how far the store is.
//
// It promises: a message is acknowledged, and a mark raised, only after the
// store's commit; the mark is computed from the store, never from what passed
// by; sealed bytes are stored before they are opened, so that a record nobody
// can read never holds up another; a record that comes twice is kept once, and
// two different records under one number are both kept and reported.
//
// Several collectors share one store and one shared subscription: the broker
// gives each message to one of them, and whichever commits computes the mark.
//
// The connection is a clean session on purpose. What boxes publish while no
// collector listens is not lost, because a box removes nothing before a mark
// and sends nothing while nobody is present; a broker's queue could only hold
// second copies, of which a crash of the broker keeps an unknown part, and the
// session of a collector that is away would keep its share from the others.
//
// A collector whose store fails leaves the broker with the word "lost", so
// that boxes wait instead of sending into the void, and comes back by itself.
package collector
