// Package clock tells the time on a box that may have no battery-backed clock,
// and whether that time can be trusted.
//
// It promises: time never runs below the floor, the newest time that carried
// the province's signature; a time is called trusted only if the machine's
// clock was synchronised since boot and lies between the floor and 400 days
// past it. It never sets the machine's clock, and never takes a time for a
// floor that nobody signed: one wrong clock would poison it for good.
package clock
