package card

import (
	"strings"
	"testing"

	"checkpoint/image/slots"
)

// What a technician lets the daemon do lasts, although the system's own files are
// made anew at each start.
func TestWhatATechnicianAllowsLasts(t *testing.T) {
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
}
