package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/sync/enrol"
)

// A claim that is shown to the lane's own reader goes to whoever enrols the box,
// while the daemon runs. With nobody waiting the guard is told what kind of code
// it is.
func TestAClaimIsReadByTheLanesOwnReader(t *testing.T) {
	h := newHeadquarters(t)
	h.invite("thu-0001")
	text, err := os.ReadFile(h.path("claim/" + enrol.ClaimFile))
	h.must(err)
	claim := strings.TrimSpace(string(text))
	sheet, err := os.ReadFile(h.path("claim/checkpoint-claim.svg"))
	if err != nil || !strings.Contains(string(sheet), ">Cổng thử</text>") {
		t.Errorf("no sheet to print: %v\n%.300s", err, sheet)
	}
	r := newReadyRig(t, settings{})
	d := r.start()
	d.awaitReader(true)
	d.listen()
	d.wants(r, claim, checkpoint.NotRead, checkpoint.NotPersonal)

	ended := make(chan struct{})
	cmd, said := h.background("checkpointctl", "enrol", "--scan", "daemon", "--run", r.settings.Run, "--data", r.settings.State, "--request", "claim", "--config", r.path("written.toml"))
	go func() { defer close(ended); _ = cmd.Wait() }() // its request is looked for below
	show := time.NewTicker(500 * time.Millisecond)     // until somebody waits for it
	defer show.Stop()
	for late := time.After(patience); ; {
		select {
		case <-show.C:
			r.scan(claim)
			continue
		case <-late:
			t.Fatalf("no claim was read:\n%s", said)
		case <-ended:
		}
		break
	}
	if _, err := os.Stat(h.path("claim/" + enrol.RequestFile)); err != nil || !strings.Contains(said.String(), "read it out") {
		t.Errorf("no request, %v:\n%s", err, said)
	}
}
