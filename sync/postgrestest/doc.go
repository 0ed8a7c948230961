// Package postgrestest runs a real PostgreSQL cluster for tests: made by initdb
// in a directory of its own, reached by a socket in it, writing through to the
// disk as in production, stopped by its own process id. Only tests import it, and
// helper commands that stand in for one (cmd/internal/stand).
//
// PostgreSQL refuses to run as root; a test that does runs it as the user
// postgres that Debian's package brings, or else as nobody.
package postgrestest
