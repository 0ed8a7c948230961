package main

import (
	"bufio"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"checkpoint/console/faults"
)

// Somebody who plugs and unplugs sees each change once, and stops without an
// error when he has seen enough.
func TestDoctorWatchesWhatChanges(t *testing.T) {
	r := newReadyRig(t, settings{})
	path := r.configure()
	d := r.startWith(path)
	d.awaitReader(true)
	cmd := exec.Command(tool(t, "checkpointctl"), "doctor", "--config", path, "--only", "daemon,scanner", "--watch", "--every", "1s")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	r.must(err)
	r.must(cmd.Start())
	lines := bufio.NewScanner(out)
	var seen []string
	until := func(part string) {
		t.Helper()
		for lines.Scan() {
			seen = append(seen, lines.Text())
			if strings.Contains(lines.Text(), part) {
				return
			}
		}
		t.Fatalf("no line with %q:\n%s", part, strings.Join(seen, "\n"))
	}
	until("ok    Máy quét / Scanner (1/scanner)")
	r.unplug()
	until(string(faults.ScannerGone))
	r.plug()
	until("ok    Máy quét / Scanner (1/scanner)")
	d.kill()
	until(string(faults.DaemonDead))
	r.must(cmd.Process.Signal(syscall.SIGINT))
	for lines.Scan() {
		seen = append(seen, lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	if n := strings.Count(strings.Join(seen, "\n"), "Dịch vụ / Service"); n != 1 {
		t.Errorf("that the daemon is well is said %d times", n)
	}
}
