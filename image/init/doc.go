// Command init is process 1 of the card's initial RAM disk. It finds the card,
// grows the data partition, opens the system that the loader chose through
// dm-verity, lays a file system in memory over it, mounts what has to survive,
// and hands over to systemd.
//
// Whatever goes wrong it says and ends: a kernel without process 1 panics, restarts
// after ten seconds, and the loader has one try less.
package main
