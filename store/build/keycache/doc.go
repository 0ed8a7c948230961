// Package keycache keeps the stretched secrets of records from one build to the
// next: ten milliseconds each, a day of processor time for a big province, paid
// again only for people whose number or birth date is new.
//
// It promises: a key is used only if its checksum holds, and made anew
// otherwise; what an interrupted build has stretched is not lost, but for the
// last second; a base leaves only what its province needs. The cache is of one
// pepper and one stretch, which its name says. What it holds opens records:
// mode 0600, on the province's disk only.
package keycache
