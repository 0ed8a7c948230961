package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// machine is a guest that is about to boot.
type machine struct {
	kernel   kernel
	modules  []module // in the order of loading
	work     string   // scratch
	programs []string // names of what lies in work/bin
	toBegin  time.Duration
}

// machine collects everything that does not depend on Prepare.
func (b Bench) machine(ctx context.Context, work string) (*machine, error) {
	k, err := theKernel(ctx)
	if err != nil {
		return nil, err
	}
	if b.wants(loopback) {
		if err := k.addLoopback(ctx); err != nil {
			return nil, err
		}
	}
	m := &machine{kernel: k, work: work, toBegin: toBegin}
	if m.modules, err = k.modules(ctx, append([]string{"virtio_net", "configfs"}, b.Modules...)); err != nil {
		return nil, err
	}
	if err := build(ctx, filepath.Join(work, "init"), ".", "test", "-c"); err != nil {
		return nil, err
	}
	for _, pkg := range b.Programs {
		if err := build(ctx, filepath.Join(work, "bin", path.Base(pkg)), pkg, "build"); err != nil {
			return nil, err
		}
		m.programs = append(m.programs, path.Base(pkg))
	}
	return m, nil
}

func (m *machine) initrd() string { return filepath.Join(m.work, "initrd") }
func (m *machine) log() string    { return filepath.Join(m.work, "console") }

// Where things lie in the guest.
const (
	moduleDir  = "lab/modules"
	moduleList = "lab/order" // a line each: file, parameters
	flagFile   = "lab/flags"
	soakFile   = "lab/soak"
)

// pack writes the initial RAM disk.
func (m *machine) pack(bench string) (err error) {
	f, err := os.Create(m.initrd())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	a := newArchive(f)
	for _, dir := range []string{"bin", "dev", "lab", moduleDir, "proc", "run", "sys", "tmp"} {
		a.dir(dir)
	}
	a.file("init", filepath.Join(m.work, "init"))
	for _, name := range m.programs {
		a.file("bin/"+name, filepath.Join(m.work, "bin", name))
	}
	var list strings.Builder
	for _, mod := range m.modules {
		name := filepath.Base(mod.file)
		a.file(moduleDir+"/"+name, mod.file)
		fmt.Fprintln(&list, name, mod.parameters)
	}
	a.text(moduleList, list.String())
	a.text(flagFile, strings.Join(guestFlags(), "\n"))
	a.text(soakFile, os.Getenv(Soak))
	a.tree(strings.TrimPrefix(Folder, "/"), bench)
	return a.close()
}

// boots is how often a guest is begun that dies, or says nothing, before its tests: on
// an emulated processor one of some thirty kernels panics or hangs while it starts.
const boots = 3

// toBegin is how long a guest may take until its tests begin. It takes seconds.
const toBegin = 5 * time.Minute

// boot runs the guest to its end. One whose tests did not begin is booted again,
// aloud; one whose tests had begun is not.
func (m *machine) boot(ctx context.Context) (code int, err error) {
	for try := 1; ; try++ {
		begun := false
		code, begun, err = m.once(ctx)
		if err == nil || begun || ctx.Err() != nil || try == boots {
			return code, err
		}
		fmt.Fprintf(os.Stderr, "lab: boot %d of at most %d: %v\n", try, boots, err)
	}
}

func (m *machine) once(ctx context.Context) (code int, begun bool, err error) {
	ctx, give := context.WithCancelCause(ctx)
	defer give(nil)
	limit := time.AfterFunc(m.toBegin, func() { give(fmt.Errorf("its tests did not begin within %v", m.toBegin)) })
	defer limit.Stop()
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64",
		"-M", "q35", "-accel", accelerator(), "-cpu", "max", "-smp", "2", "-m", "1024",
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-kernel", m.kernel.image(), "-initrd", m.initrd(),
		"-append", "console=ttyS0 loglevel=4 panic=-1",
		"-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
		"-serial", "file:"+m.log(), "-chardev", "stdio,id=tests,signal=off", "-serial", "chardev:tests")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, false, err
	}
	if err := cmd.Start(); err != nil {
		return 0, false, fmt.Errorf("%w: .ci/deps installs it", err)
	}
	code, err = relay(out, os.Stdout, func() { begun = limit.Stop() })
	if ended := cmd.Wait(); err == nil && code < 0 {
		console, _ := os.ReadFile(m.log()) // a guest that never began has none
		err = fmt.Errorf("the guest did not say how its tests ended: %w\n%s\n%s", errors.Join(ended, context.Cause(ctx)), complaints.Bytes(), tail(console))
	}
	return max(code, 0), begun, err
}

func tail(b []byte) []byte { return b[max(0, len(b)-4096):] }

// accelerator is KVM only where the machine's own processor has it: inside some
// virtual machines /dev/kvm is there and crawls.
func accelerator() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // without it emulation serves
	if !bytes.Contains(info, []byte("vmx")) && !bytes.Contains(info, []byte("svm")) {
		return "tcg"
	}
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return "tcg"
	}
	f.Close()
	return "kvm"
}
