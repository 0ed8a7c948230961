package main

import (
	"bytes"
	"os"
	"syscall"
	"testing"
	"time"

	"checkpoint/console/control"
)

// A daemon that cannot come to its end, since something of the machine hangs
// (here whoever should read its trace), is ended by a second signal.
func TestSecondSignalEndsADaemonThatHangs(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			r := newReadyRig(t, settings{})
			r.must(syscall.Mkfifo(r.path("stuck"), 0o600))
			pipe, err := os.OpenFile(r.path("stuck"), os.O_RDWR|syscall.O_NONBLOCK, 0)
			r.must(err)
			defer pipe.Close()
			d := &process{t: t, cmd: daemonCommand(t, nil, "--config", r.configure(), "--trace", r.path("stuck")), exited: make(chan struct{}), client: control.NewClient(r.settings.Run)}
			d.cmd.Stderr = &d.log
			r.must(d.cmd.Start())
			go func() { d.err = d.cmd.Wait(); close(d.exited) }()
			t.Cleanup(d.end)
			d.awaitReader(true)
			r.must(fill(pipe))
			r.scan(r.province.green[0])
			d.awaitStatus("the lane to be stuck", func(s control.Status) bool { return s.Journal.Waiting > 0 })

			r.must(d.cmd.Process.Signal(signal))
			for { // until the first signal was heard
				if _, err := d.status(); err != nil {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
			select {
			case <-d.exited:
				t.Fatalf("the daemon ended at once: nothing held it\n%s", d.log.String())
			case <-time.After(200 * time.Millisecond):
			}
			r.must(d.cmd.Process.Signal(signal))
			select {
			case <-d.exited:
			case <-time.After(patience):
				t.Fatal("the second signal did not end the daemon")
			}
			if s := d.cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != signal {
				t.Errorf("the daemon ended by %v", d.cmd.ProcessState)
			}
		})
	}
}

// fill writes into a pipe what it holds.
func fill(pipe *os.File) error {
	c, err := pipe.SyscallConn()
	if err != nil {
		return err
	}
	return c.Write(func(fd uintptr) bool {
		for {
			if _, err := syscall.Write(int(fd), bytes.Repeat([]byte("x"), 512)); err != nil {
				return true
			}
		}
	})
}
