package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/publish"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/rollout"
	"checkpoint/sync/update"
	"checkpoint/sync/wire"
)

const oneMan = "number,full_name,birth_date,sex,issue_date\n001090000001,Nguyễn Văn An,15081990,Nam,10052021\n"

// desk is a publishing machine with a broker. The rollout of snapshot 2 runs:
// the canary first, all others in an hour.
type desk struct {
	t      *testing.T
	dir    string
	broker *mosquittotest.Broker
	boxes  mqtt.Client // speaks for all boxes
}

func newOffice(t *testing.T) *desk {
	t.Helper()
	o := &desk{t: t, dir: t.TempDir(), broker: mosquittotest.Start(t)}
	if err := os.WriteFile(o.path("people.csv"), []byte(oneMan), 0o644); err != nil {
		t.Fatal(err)
	}
	keys, repo := o.path("keys"), o.path("repo")
	o.must("keys", "init", "--province", "mau", "--out", keys)
	o.must("publish", "init", "--trust", filepath.Join(keys, "province.json"), "--online", o.path("online.key"), "--repo", repo)
	for _, officer := range []string{"officer-1.key", "officer-2.key"} {
		o.must("publish", "sign", "--key", filepath.Join(keys, officer), "--repo", repo)
	}
	o.publish("1")
	o.publish("2", "--canary", "box-1", "--stages", "100%", "--wait", "1h", "--stop-if", "faults>10%")
	o.boxes = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(o.broker.URL()).SetClientID("boxes"))
	if token := o.boxes.Connect(); !token.WaitTimeout(20*time.Second) || token.Error() != nil {
		t.Fatalf("connect to broker: %v", token.Error())
	}
	t.Cleanup(func() { o.boxes.Disconnect(0) })
	return o
}

func (o *desk) path(name string) string { return filepath.Join(o.dir, name) }

func (o *desk) must(args ...string) {
	o.t.Helper()
	var errs bytes.Buffer
	if code := cli.Main(o.t.Context(), command(10), cli.IO{Out: io.Discard, Err: &errs}, args); code != 0 {
		o.t.Fatalf("%v: exit code %d\n%s", args, code, errs.String())
	}
}

// publish builds, plans, signs and publishes a snapshot.
func (o *desk) publish(number string, plan ...string) {
	o.t.Helper()
	snap := o.path("snap-" + number)
	o.must("snapshot", "build", "--people", o.path("people.csv"), "--keys", o.path("keys"), "--number", number, "--out", snap)
	if len(plan) > 0 {
		o.must(append([]string{"rollout", "start", snap}, plan...)...)
	}
	for _, officer := range []string{"officer-1.key", "officer-2.key"} {
		o.must("snapshot", "sign", "--key", filepath.Join(o.path("keys"), officer), snap)
	}
	o.must("snapshot", "publish", "--repo", o.path("repo"), "--online", o.path("online.key"), snap)
}

// say leaves a box's word on the broker.
func (o *desk) say(id string, state wire.State, h wire.Health) {
	o.t.Helper()
	topics, err := wire.NewTopics("mau", id)
	if err != nil {
		o.t.Fatal(err)
	}
	b, err := h.Encode()
	if err != nil {
		o.t.Fatal(err)
	}
	for topic, payload := range map[string][]byte{topics.State(): []byte(state), topics.Health(): b} {
		if token := o.boxes.Publish(topic, 1, true, payload); !token.WaitTimeout(20*time.Second) || token.Error() != nil {
			o.t.Fatalf("publish: %v", token.Error())
		}
	}
}

// watching is a watch that runs.
type watching struct {
	t       *testing.T
	reports *bufio.Scanner
	errs    strings.Builder
	code    chan int
	cancel  func()
}

func (o *desk) watch(args ...string) *watching {
	o.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, out := io.Pipe()
	w := &watching{t: o.t, reports: bufio.NewScanner(r), code: make(chan int, 1), cancel: cancel}
	args = append([]string{"rollout", "watch", "--repo", o.path("repo"), "--broker", o.broker.URL(), "--every", "20ms", "--sure", "0s"}, args...)
	var ended sync.WaitGroup
	ended.Go(func() {
		w.code <- cli.Main(ctx, command(10), cli.IO{Out: out, Err: &w.errs}, args)
		out.Close()
	})
	o.t.Cleanup(func() { cancel(); r.Close(); ended.Wait() })
	return w
}

// until reads reports up to the first that is as it should be.
func (w *watching) until(what string, is func(rollout.Report) bool) {
	w.t.Helper()
	for w.reports.Scan() {
		var r rollout.Report
		if err := json.Unmarshal(w.reports.Bytes(), &r); err != nil {
			w.t.Fatalf("%s: %v", w.reports.Text(), err)
		}
		if is(r) {
			return
		}
	}
	w.t.Fatalf("watch ended before %s: exit code %d\n%s", what, <-w.code, w.errs.String())
}

// ends reads to the end.
func (w *watching) ends(code int, say string) {
	w.t.Helper()
	for w.reports.Scan() {
	}
	if got := <-w.code; got != code || !strings.Contains(w.errs.String(), say) {
		w.t.Errorf("exit code %d, want %d with %q\n%s", got, code, say, w.errs.String())
	}
}

var (
	has   = wire.Health{Snapshot: 2, Offered: 2}
	waits = wire.Health{Snapshot: 1, Offered: 2, Held: wire.HeldForStage}
	sick  = wire.Health{Snapshot: 1, Offered: 2, Update: uint8(update.OtherFault)}
)

func TestWatchEndsWhenEveryBoxHasIt(t *testing.T) {
	o := newOffice(t)
	o.say("box-2", wire.Ready, waits)
	w := o.watch()
	w.until("both stages are seen", func(r rollout.Report) bool {
		return r.Snapshot == 2 && r.Stages[0].Begun && !r.Stages[1].Begun && r.Stages[1].Waiting == 1
	})
	o.say("box-1", wire.Ready, has)
	w.until("the canary has it", func(r rollout.Report) bool { return r.Stages[0].Done == 1 })
	o.say("box-2", wire.Ready, has)
	w.ends(cli.OK, "every box that is known has snapshot 2")
}

// The condition that officers signed pauses the rollout, with a noise and an
// exit code of its own.
func TestWatchPausesUnderACondition(t *testing.T) {
	o := newOffice(t)
	o.say("box-2", wire.Ready, sick) // of a stage that has not begun: counts for nothing
	w := o.watch("--online", o.path("online.key"), "--json")
	w.until("the box is seen", func(r rollout.Report) bool { return r.Stages[1].Failed == 1 })
	o.say("box-1", wire.Ready, sick)
	w.ends(cli.Stopped, "error: rollout of snapshot 2 is paused: faults>10%: 1 of 1\nhint: ")
	if now, err := (&publish.Repo{Dir: o.path("repo")}).Rollout(); err != nil || !now.Paused {
		t.Errorf("%+v, %v", now, err)
	}
	w = o.watch() // a paused rollout is only watched
	w.until("the pause is shown", func(r rollout.Report) bool { return r.Paused && r.Stages[0].Failed == 1 })
	w.cancel()
	w.ends(cli.OK, "")
}

// Without the key it can only shout. One's own conditions count beside the plan's.
func TestWatchWithoutAKeySaysThatNothingIsPaused(t *testing.T) {
	o := newOffice(t)
	w := o.watch("--stop-if", "silent>20%")
	o.say("box-1", wire.Lost, has)
	w.ends(cli.Stopped, "is NOT paused: silent>20%: 1 of 1")
}

// On a terminal it is a table in both languages.
func TestTableOfARollout(t *testing.T) {
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	err := printReportOf(&out, rollout.Report{Time: at, Snapshot: 41, Paused: true, Decided: 12, Refused: 3, Stages: []rollout.Row{
		{Stage: 1, NotBefore: at, Begun: true, Boxes: 2, Done: 1, Silent: 1},
		{Stage: 2, Share: 2500, NotBefore: at.Add(time.Hour), Boxes: 10, Waiting: 7, Failed: 1, Offline: 2},
	}})
	want := `bản / snapshot 41   2026-01-01T12:00:00Z   TẠM DỪNG / PAUSED

đợt    phần    không trước           máy    xong  chờ      lỗi     ngoại tuyến  im lặng
stage  share   not before            boxes  done  waiting  failed  offline      silent
1      canary  2026-01-01T12:00:00Z  2      1     0        0       0            1
2 *    25%     2026-01-01T13:00:00Z  10     0     7        1       2            0

* chưa bắt đầu / not begun
đã kiểm tra / decided 12, từ chối / refused 3
`
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := printReportOf(broken{}, rollout.Report{}); err == nil {
		t.Error("a screen that is gone is no error")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("gone") }
