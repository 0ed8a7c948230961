package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser is the role that owns every database of a cluster.
const Superuser = "province"

// Cluster is one PostgreSQL server. Its methods are for one goroutine at a time.
type Cluster struct {
	bin, dir string
	settings []string            // "name=value"
	as       *syscall.Credential // nil: the test's own user
	cmd      *exec.Cmd
	log      bytes.Buffer // of initdb
}

// newCluster starts a cluster in a directory, and makes it first where there is none.
func newCluster(dir string, settings []string) (c *Cluster, err error) {
	c = &Cluster{dir: dir, settings: settings}
	if c.bin, err = binaries(); err != nil {
		return nil, err
	}
	if c.as, err = unprivileged(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(c.data(), "PG_VERSION")); err != nil {
		if err := c.prepare(); err != nil {
			return nil, err
		}
	}
	if err := c.Start(); err != nil {
		return nil, errors.Join(err, c.Kill())
	}
	return c, nil
}

func (c *Cluster) prepare() error {
	if c.as != nil {
		if err := os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return err
		}
	}
	// Only the making is not written through: until it has ended nobody relies on it.
	cmd := c.command("initdb", "--pgdata", c.data(), "--username", Superuser, "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	cmd.Stdout, cmd.Stderr = &c.log, &c.log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, c.log.Bytes())
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// Start starts a server that is stopped, on its old data and address, and waits
// until it answers.
func (c *Cluster) Start() error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// The cluster is alone on its socket; nothing of it listens on a network.
	cmd := c.command("postgres", "-D", c.data(), "-k", c.dir, "-c", "listen_addresses=", "-c", "fsync=on",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "log_line_prefix=%m %d ")
	for _, setting := range c.settings {
		cmd.Args = append(cmd.Args, "-c", setting)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.cmd = cmd
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if conn, err := pgx.Connect(context.Background(), c.URL("postgres")); err == nil {
			return conn.Close(context.Background())
		}
		time.Sleep(10 * time.Millisecond) // another process: nothing to wait on but its socket
	}
	return fmt.Errorf("postgres does not accept connections:\n%s", c.Log())
}

// PID is the server's first process, of which all others are children.
func (c *Cluster) PID() int { return c.cmd.Process.Pid }

// Kill ends the server as a crash would: no connection is told, nothing is
// written that was not. It is recovered from the log at the next Start.
func (c *Cluster) Kill() error { return c.stop(syscall.SIGQUIT) }

// Stop ends the server in good order.
func (c *Cluster) Stop() error { return c.stop(syscall.SIGINT) }

func (c *Cluster) stop(how syscall.Signal) error {
	if c.cmd == nil {
		return nil
	}
	if err := c.cmd.Process.Signal(how); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop postgres: %w", err)
	}
	_ = c.cmd.Wait() // the code of a server that was told to stop says nothing
	c.cmd = nil
	return nil
}

// URL is the address of one of the cluster's databases, for the superuser.
func (c *Cluster) URL(database string) string { return c.URLFor(Superuser, database) }

// URLFor is the address of a database for another role.
func (c *Cluster) URLFor(role, database string) string {
	q := url.Values{"host": {c.dir}, "user": {role}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + q.Encode()
}

// Run runs one of PostgreSQL's own programs against the cluster, such as pg_dump.
func (c *Cluster) Run(name string, args ...string) error {
	cmd := c.command(name, args...)
	cmd.Env = append(os.Environ(), "PGHOST="+c.dir, "PGUSER="+Superuser)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// Path names a file that the cluster's user may write.
func (c *Cluster) Path(name string) string { return filepath.Join(c.dir, name) }

// Log is the end of what the server said.
func (c *Cluster) Log() string {
	log, err := os.ReadFile(filepath.Join(c.dir, "log"))
	if err != nil {
		return err.Error()
	}
	const last = 8 << 10
	return string(log[max(0, len(log)-last):])
}

// binaries is where initdb is.
func binaries() (string, error) {
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("postgresql is missing; run: sudo apt-get install --yes --no-install-recommends postgresql")
	}
	return filepath.Dir(path), nil
}

func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("postgres does not run as root, and there is no other user: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err, err2)
}
