// Package access decides who sees the guard's page from the lane's network: a
// device that was paired once at the box itself, in a session that somebody
// began on it in this shift. It keeps names and hashes of devices and sessions,
// never a secret of theirs.
//
// It knows nothing of HTTP. Its methods may be called from any goroutine.
package access
