package lossfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// childEnv holds the mount point and marks the process as a file system.
const childEnv = "LOSSFS_MOUNT"

// The operations that a test asks of the child.
const (
	opMount    = "mount"
	opCut      = "cut"
	opFreeze   = "freeze"
	opCapacity = "capacity"
	opStats    = "stats"
	opReset    = "reset"
)

type request struct {
	Op   string
	Mode Mode   `json:",omitempty"`
	Seed uint64 `json:",omitempty"`
	Path string `json:",omitempty"`
	N    int64  `json:",omitempty"`
}

type reply struct {
	Err      string `json:",omitempty"`
	Used     int64
	Counters Counters
}

// Serve runs the file system if [Mount] started this process for it, until
// the test closes the pipe, and then returns true. Any other process gets
// false at once.
func Serve() bool {
	point := os.Getenv(childEnv)
	if point == "" {
		return false
	}
	if err := serve(point, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "lossfs: %v\n", err)
	}
	return true
}

func serve(point string, in io.Reader, out io.Writer) error {
	c := child{point: point, disk: newDisk(0)}
	defer c.unmount()
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		var a reply
		if err := c.do(r); err != nil {
			a.Err = err.Error()
		}
		c.disk.mu.Lock()
		a.Used, a.Counters = c.disk.used, c.disk.count
		c.disk.mu.Unlock()
		if err := replies.Encode(a); err != nil {
			return fmt.Errorf("send reply: %w", err)
		}
	}
}

type child struct {
	point  string
	disk   *disk
	server *fuse.Server
}

func (c *child) do(r request) error {
	switch r.Op {
	case opMount:
		return c.mount(r)
	case opCut:
		return c.disk.cut(r.Mode, rand.New(rand.NewPCG(r.Seed, r.Seed)), r.Path)
	case opStats:
		return nil
	}
	c.disk.mu.Lock()
	defer c.disk.mu.Unlock()
	switch r.Op {
	case opFreeze:
		c.disk.fuse = r.N
	case opCapacity:
		c.disk.capacity = r.N
	case opReset:
		c.disk.count = Counters{}
	default:
		return fmt.Errorf("unknown request %q", r.Op)
	}
	return nil
}

func (c *child) mount(r request) (err error) {
	if r.Path != "" {
		if err := c.disk.seed(r.Path); err != nil {
			return err
		}
	}
	c.disk.capacity = r.N
	if c.server, err = mount(c.point, c.disk); err != nil {
		return fmt.Errorf("mount needs root or CAP_SYS_ADMIN: %w", err)
	}
	return nil
}

// unmount takes the mount down even while a test still holds a file open.
func (c *child) unmount() {
	if c.server == nil {
		return
	}
	if err := syscall.Unmount(c.point, syscall.MNT_DETACH); err != nil {
		fmt.Fprintf(os.Stderr, "lossfs: unmount: %v\n", err)
	}
}
