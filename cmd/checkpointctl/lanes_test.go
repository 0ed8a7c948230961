package main

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
)

func TestStatusIsReadByPeople(t *testing.T) {
	now := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	var out strings.Builder
	printStatus(cli.IO{Out: &out}, control.Status{
		Box: "b1", Clock: control.Clock{Time: now},
		Lanes:    []control.LaneStatus{{Name: "1", State: "idle", GateFail: "no green\nno relay", Contacts: []string{"door", "tamper"}, Disagree: checkpoint.FoundDoorOpen}},
		Snapshot: control.Snapshot{Number: 4, Created: now.Add(-1864 * 24 * time.Hour)},
		Update: &control.Update{Offered: 5, Held: &control.Held{Stage: 2, Of: 3, NotBefore: now.Add(time.Hour), Paused: true},
			System: "1.4.0", SystemHeld: &control.Held{Stage: 1, Of: 2, NotBefore: now.Add(2 * time.Hour)}},
		Link: control.Link{Broker: "ssl://b:8883", Fault: "no certificate"},
	})
	for _, want := range []string{"gate: no green; no relay\n", "cửa mở / door open, VỎ MÁY BỊ MỞ / BOX OPENED, CỔNG / GATE: Rơ-le nghỉ mà cửa vẫn mở / The door stands open", "(cách đây / ago: 1864 ngày / days)",
		"newest offered 5, chờ đợt 2 trên 3, không trước 2025-03-01T09:00:00Z / waits for stage 2 of 3, not before 2025-03-01T09:00:00Z; tỉnh đang tạm dừng / PAUSED by the province\n",
		"hệ thống / system: 1.4.0 được đưa ra / is offered, chờ đợt 1 trên 2, không trước 2025-03-01T10:00:00Z / waits for stage 1 of 2, not before 2025-03-01T10:00:00Z\n", "MẤT / OFFLINE\n    no certificate\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("not said: %q in\n%s", want, out.String())
		}
	}
}

func TestASocketOfAnotherUserIsNoDaemonThatIsDown(t *testing.T) {
	var e *cli.Error
	if !errors.As(notRunning(fs.ErrPermission), &e) || strings.Contains(e.Hint, "is the daemon running") {
		t.Errorf("hint %+v", e)
	}
}
