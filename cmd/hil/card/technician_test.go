package card

import (
	"strings"
	"testing"

	"checkpoint/image/slots"
)

// What a technician lets the daemon do lasts, although the system's own files are
// made anew at each start; and nobody switches a box off by a key of what is plugged
// into it.
func TestATechnicianAtWork(t *testing.T) {
	p, who := newProvince(t), newTechnician(t)
	m := newMachine(t, func(card string) { p.put(card); who.seed(t, card) })
	m.start()
	m.awaitReady(slots.A)
	m.login(who)
	who.run(t, `printf '[Service]\nDeviceAllow=/dev/ttyAMA0 rw\n' | systemctl edit --stdin checkpointd && sync`)
	m.cut()

	m.start()
	m.login(who)
	if allowed := who.run(t, "systemctl show --property=DeviceAllow checkpointd"); !strings.Contains(allowed, "/dev/ttyAMA0 rw") {
		t.Errorf("after a start the daemon may open %s", allowed)
	}

	m.command("device_add usb-kbd,id=keyboard")
	m.await("a keyboard", func() bool { return who.run(t, "ls /dev/checkpoint/any/keyboard || true") == "/dev/checkpoint/any/keyboard\n" })
	m.command("sendkey power")
	m.scan(p.payload("green")) // takes longer than logind would
	m.await("the record in the province", func() bool { return p.admitted() == 1 })
	if jobs := who.run(t, "systemctl list-jobs"); strings.Contains(jobs, "poweroff") {
		t.Errorf("a keyboard switches the box off:\n%s", jobs)
	}
}
