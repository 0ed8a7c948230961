package card

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"checkpoint/store/keys"
)

// newStick fills a USB stick with a snapshot that is newer than all before, and
// tells its number.
func (p *province) newStick(file string) (number uint64) {
	p.t.Helper()
	tool := func(args ...string) { p.t.Helper(); run(p.t, p.path("bin/provincectl"), args...) }
	repo, online := p.path("repo"), p.path("keys/online.key")
	if _, err := os.Stat(repo); err != nil {
		tool("publish", "init", "--trust", p.path("keys/"+keys.ProvinceFile), "--online", online, "--repo", repo)
		for officer := range 2 {
			tool("publish", "sign", "--key", p.path("keys/"+keys.OfficerFile(officer+1)), "--repo", repo)
		}
	}
	number = uint64(time.Now().Unix()) // as rig.Sample counts
	text, snapshot := strconv.FormatUint(number, 10), p.path(fmt.Sprint("snap-", number))
	tool("snapshot", "build", "--people", p.path("sample/people.csv"), "--doses", p.path("sample/doses.csv"), "--cases", p.path("sample/cases.csv"),
		"--withdrawn", p.path("sample/withdrawn.csv"), "--policy", p.path("sample/policy.toml"), "--keys", p.path("keys"), "--stretch=false", "--number", text, "--out", snapshot)
	for officer := range 2 {
		tool("snapshot", "sign", "--key", p.path("keys/"+keys.OfficerFile(officer+1)), "--confirm", text, snapshot)
	}
	tool("snapshot", "publish", "--repo", repo, "--online", online, snapshot)
	tool("publish", "refresh", "--online", online, "--repo", repo)
	usb := p.path("usb")
	must(p.t, os.RemoveAll(usb))
	tool("snapshot", "export", "--repo", repo, "--online", online, "--usb", usb)
	must(p.t, os.RemoveAll(file))
	run(p.t, "mkfs.vfat", "-C", file, strconv.Itoa(64<<10))
	run(p.t, "mcopy", "-s", "-i", file, usb, "::snap")
	return number
}

// plug puts a stick into the board.
func (m *machine) plug() {
	m.t.Helper()
	for _, step := range []string{"drive_add 0 if=none,id=stick,format=raw,file=" + m.path("stick"), "device_add usb-storage,id=stick,drive=stick"} {
		if answer := m.command(step); strings.Contains(answer, "Error") {
			m.t.Fatalf("%s: %s", step, answer)
		}
	}
}
