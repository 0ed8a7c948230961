package card

import (
	"strings"
	"testing"

	"checkpoint/image/slots"
)

// What a technician lets the daemon do lasts, although the system's own files are
// made anew at each start; a proxy that they write into the card's seed comes to it
// with its password, which nobody else sees.
func TestWhatATechnicianAllowsLasts(t *testing.T) {
	p, who := newProvince(t), newTechnician(t)
	m := newMachine(t, func(card string) { p.put(card); who.seed(t, card) })
	m.start()
	m.awaitReady(slots.A)
	m.login(who)
	who.run(t, `printf '[Service]\nDeviceAllow=/dev/ttyAMA0 rw\n' | systemctl edit --stdin checkpointd && sync`)
	who.run(t, `mount -o remount,rw /boot/firmware && printf '[proxy]\nurl = "http://10.0.2.2:9"\nuser = "may"\npassword = "mat khau"\n' >> /boot/firmware/checkpoint.toml && sync`)
	m.cut()

	m.start()
	m.login(who)
	if allowed := who.run(t, "systemctl show --property=DeviceAllow checkpointd"); !strings.Contains(allowed, "/dev/ttyAMA0 rw") {
		t.Errorf("after a start the daemon may open %s", allowed)
	}
	const service = "systemctl show --value --property=MainPID checkpointd"
	if handed := who.run(t, "cat /run/credentials/checkpointd.service/proxy"); !strings.Contains(handed, "https_proxy=http://may:mat%20khau@10.0.2.2:9\n") {
		t.Errorf("the daemon was handed %q", handed)
	}
	if others := who.run(t, "cat /proc/$("+service+")/environ; systemctl show --property=Environment checkpointd; cat /boot/firmware/checkpoint.toml"); strings.Contains(others, "mat%20khau") || strings.Contains(others, "mat khau") {
		t.Errorf("the password is also in\n%s", others)
	}
}
