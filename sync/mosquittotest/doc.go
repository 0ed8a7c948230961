// Package mosquittotest runs a real Mosquitto broker for a test: on a free
// loopback port, with its own data, killed without warning and started again
// on the same port when the test says so. Only tests import it, and helper
// commands that stand in for one (cmd/internal/stand).
package mosquittotest
