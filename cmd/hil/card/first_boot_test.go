package card

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"checkpoint/image/seed"
	"checkpoint/image/slots"
	"checkpoint/sync/enrol"
)

// A card that was flashed becomes a lane, as docs/install.md has it, at a place
// without a way to the office: the technician writes it with the claim, reads the
// lamp, brings the box's request to the office, and the reply and the data back on a
// stick. The scanner is whichever is plugged in; the time comes of a server of the
// place's own.
func TestAFlashedCardBecomesALane(t *testing.T) {
	p := newProvince(t)
	tellTime(t)
	claim := p.invite()
	m := newMachine(t, func(card string) { p.flash(card, claim) })
	m.start()
	m.awaitFlashes(4) // waiting for the office
	m.await("the box's request on the card", func() bool { return m.firmware(enrol.RequestFile) != nil })
	m.switchOff()
	status := string(m.firmware(seed.StatusFile))
	if !strings.Contains(status, "Chợ Bình Tây, cổng 1") {
		t.Errorf("the status does not name the place:\n%s", status)
	}
	if m.firmware(enrol.ClaimFile) != nil {
		t.Error("the claim is still on the card")
	}
	reply := p.accept(m.firmware(enrol.RequestFile), status)

	m.start()
	p.newStick(m.path("stick"))
	run(t, "mcopy", "-i", m.path("stick"), filepath.Join(reply, enrol.ReplyFile), "::")
	m.plug()
	m.awaitReady(slots.A)
	m.awaitFlashes(1)
	m.scan(p.payload("green"))
	m.switchOff()
	if status := string(m.firmware(seed.StatusFile)); !strings.Contains(status, "enrolled in the province") {
		t.Errorf("status of a working box:\n%s", status)
	}
}

// invite makes the claim of a new box, and tells its file.
func (p *province) invite() (claim string) {
	p.t.Helper()
	office, made := p.path("office"), p.path("claim")
	run(p.t, p.path("bin/provincectl"), "ca", "init", "--keys", p.path("keys"), "--office", office)
	run(p.t, p.path("bin/provincectl"), "box", "invite", boxID, "--keys", p.path("keys"), "--office", office,
		"--site", "Chợ Bình Tây, cổng 1", "--site-type", "market", "--lane", "1:in", "--out", made)
	return filepath.Join(made, enrol.ClaimFile)
}

// flash writes a card as a technician does, and a line of its checkpoint.toml by hand.
func (p *province) flash(card, claim string) {
	p.t.Helper()
	begin, _ := partitionOf(p.t, card, 1)
	fat := card + "@@" + strconv.FormatInt(begin, 10)
	if _, err := os.Stat("/dev/loop-control"); err == nil {
		p.imageWrite(card, claim)
	} else {
		p.t.Log("no loop devices here: the card is written as by dd, the claim copied onto it")
		run(p.t, "mcopy", "-i", fat, claim, "::")
		run(p.t, "truncate", "-s", cardSize, card)
	}
	edited := p.path(seed.File)
	must(p.t, os.WriteFile(edited, append(fileOn(p.t, card, seed.File), "ntp = [\"10.0.2.2\"]\r\n"...), 0o600))
	run(p.t, "mcopy", "-o", "-i", fat, edited, "::"+seed.File)
}

// cardSize is larger than the image, as of every real card.
const cardSize = "4G"

// imageWrite has the technician's tool write a disk.
func (p *province) imageWrite(card, claim string) {
	p.t.Helper()
	image := p.path("card.img")
	must(p.t, os.Rename(card, image))
	defer os.Remove(image)
	run(p.t, "truncate", "-s", cardSize, card)
	run(p.t, "sh", "-c", `cd "$1" && sha256sum card.img > SHA256SUMS`, "sh", p.dir)
	out, err := exec.Command("losetup", "--find", "--show", card).Output()
	must(p.t, err)
	disk := strings.TrimSpace(string(out))
	defer run(p.t, "losetup", "--detach", disk)
	write := exec.Command(p.path("bin/checkpointctl"), "image", "write", image, "--to", disk, "--claim", claim, "--erase-a-disk-that-is-no-card")
	write.Stdin = strings.NewReader(filepath.Base(disk) + "\n")
	if out, err := write.CombinedOutput(); err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
}

// code is what a technician reads out.
var code = regexp.MustCompile(`this machine's code: ((?:....-){3}....)`)

// accept is the office's part: the request that was brought, the code that somebody
// read out of the status. It tells the reply's folder.
func (p *province) accept(request []byte, status string) (reply string) {
	p.t.Helper()
	brought := p.path("brought")
	must(p.t, os.Mkdir(brought, 0o755))
	must(p.t, os.WriteFile(filepath.Join(brought, enrol.RequestFile), request, 0o644))
	read := code.FindStringSubmatch(status)
	if read == nil {
		p.t.Fatalf("no code to read out in the status:\n%s", status)
	}
	run(p.t, p.path("bin/provincectl"), "box", "accept", boxID, "--keys", p.path("keys"), "--office", p.path("office"),
		"--request", brought, "--out", brought, "--code", read[1])
	return brought
}

// firmware is a file on the board's FAT partition; nil: it is not there.
func (m *machine) firmware(name string) []byte {
	m.t.Helper()
	return fileOn(m.t, m.card(), name)
}

// fileOn is a file on a card's FAT partition; nil: it is not there.
func fileOn(t *testing.T, card, name string) []byte {
	t.Helper()
	begin, _ := partitionOf(t, card, 1)
	b, err := exec.Command("mtype", "-i", card+"@@"+strconv.FormatInt(begin, 10), "::"+name).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	must(t, err)
	return b
}

// awaitFlashes waits until the LED on the box tells a number, as a technician counts:
// flashes between two long pauses.
func (m *machine) awaitFlashes(want int) {
	m.t.Helper()
	const pause = 1200 * time.Millisecond // between 300 ms and 2 s (device/gate)
	count, lit, last := 0, true, time.Now()
	m.await(strconv.Itoa(want)+" flashes of the LED", func() (told bool) {
		now := m.lit("STATUS")
		if now != lit {
			if now && time.Since(last) > pause {
				told, count = count == want, 0
			}
			if now {
				count++
			}
			lit, last = now, time.Now()
		}
		return told
	})
}

// tellTime answers who asks for the time (RFC 5905, figure 8), as a place's own server
// does, where an emulated board's network has the host's port of it.
func tellTime(t *testing.T) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 123})
	if err != nil {
		t.Fatalf("port of time servers: %v; stop the one of this machine (it listens on 127.0.0.1), and be root", err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		question := make([]byte, 128)
		for {
			n, from, err := conn.ReadFromUDP(question)
			if err != nil {
				return
			}
			if n >= 48 {
				_, _ = conn.WriteToUDP(timeAnswer(question), from)
			}
		}
	}()
}

func timeAnswer(question []byte) []byte {
	answer := bytes.Repeat([]byte{0}, 48)
	answer[0], answer[1], answer[3] = 4<<3|4, 1, 0xec // version 4, server; a primary clock; precision of a microsecond
	copy(answer[12:], "LOCL")
	now := ntpTime(time.Now())
	copy(answer[24:32], question[40:48]) // when it was asked, by the asker's clock
	for _, at := range []int{16, 32, 40} {
		binary.BigEndian.PutUint64(answer[at:], now)
	}
	return answer
}

// ntpTime is seconds since 1900 and, in the lower half, parts of one.
func ntpTime(t time.Time) uint64 {
	const from1900to1970 = 2_208_988_800
	return uint64(t.Unix()+from1900to1970)<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}
