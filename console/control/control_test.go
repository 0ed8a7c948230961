package control_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// lane answers like one and remembers what it was asked.
type lane struct {
	got   []checkpoint.Answer
	typed []checkpoint.Typed
	err   error
}

func (l *lane) Answer(_ context.Context, a checkpoint.Answer) error {
	l.got = append(l.got, a)
	return l.err
}

func (l *lane) Type(_ context.Context, t checkpoint.Typed) error {
	l.typed = append(l.typed, t)
	return l.err
}

// daemon serves a socket in a directory of its own until the test ends.
func daemon(t *testing.T, s *control.Server) (dir string, c *control.Client) {
	t.Helper()
	dir = t.TempDir()
	l, err := control.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Hub == nil {
		s.Hub = control.NewHub()
	}
	if s.Status == nil {
		s.Status = func() control.Status { return control.Status{} }
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if _, err := os.Stat(filepath.Join(dir, control.SocketName)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is still there: %v", err)
		}
	})
	return dir, control.NewClient(dir)
}

func TestAnswersReachTheLaneThatIsNamed(t *testing.T) {
	one, two := &lane{}, &lane{}
	_, c := daemon(t, &control.Server{Lanes: map[string]control.Answerer{"1": one, "2": two}})
	for _, d := range []control.Decide{{Lane: "1", Answer: "passed"}, {Lane: "2", Answer: "denied"}, {Lane: "2", Answer: "undo"}} {
		if err := c.Decide(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if len(one.got) != 1 || one.got[0] != checkpoint.AnswerPassed {
		t.Errorf("lane 1 got %v", one.got)
	}
	if len(two.got) != 2 || two.got[0] != checkpoint.AnswerDenied || two.got[1] != checkpoint.AnswerUndo {
		t.Errorf("lane 2 got %v", two.got)
	}
	for _, name := range []string{"", "3"} {
		if err := c.Decide(t.Context(), control.Decide{Lane: name, Answer: "passed"}); err == nil || !strings.Contains(err.Error(), "it has 2") {
			t.Errorf("lane %q: %v", name, err)
		}
	}
}

func TestTheOnlyLaneNeedsNoName(t *testing.T) {
	only := &lane{}
	_, c := daemon(t, &control.Server{Lanes: map[string]control.Answerer{"east": only}})
	if err := c.Decide(t.Context(), control.Decide{Answer: "passed"}); err != nil || len(only.got) != 1 {
		t.Errorf("%v %v", only.got, err)
	}
}

func TestTheLanesRefusalIsTold(t *testing.T) {
	_, c := daemon(t, &control.Server{Lanes: map[string]control.Answerer{"1": &lane{err: checkpoint.ErrNoDecision}}})
	if err := c.Decide(t.Context(), control.Decide{Answer: "passed"}); err == nil || err.Error() != checkpoint.ErrNoDecision.Error() {
		t.Errorf("got %v, want %v", err, checkpoint.ErrNoDecision)
	}
}

func TestBodiesThatAreNoAnswerDoNotReachALane(t *testing.T) {
	only := &lane{}
	dir, c := daemon(t, &control.Server{Lanes: map[string]control.Answerer{"1": only}})
	if err := c.Decide(t.Context(), control.Decide{Answer: "open"}); err == nil {
		t.Error("an answer that is none was taken")
	}
	for name, body := range map[string]string{
		"nothing":  "",
		"not JSON": "passed",
		"list":     `["passed"]`,
		"a number": `{"answer":1}`,
		"oversize": `{"lane":"` + strings.Repeat("x", 8<<10) + `","answer":"passed"}`,
	} {
		if code := raw(t, dir, http.MethodPost, "/v1/decide", body); code != http.StatusBadRequest {
			t.Errorf("%s: code %d", name, code)
		}
	}
	if code := raw(t, dir, http.MethodGet, "/v1/decide", ""); code != http.StatusMethodNotAllowed {
		t.Errorf("GET: code %d", code)
	}
	if code := raw(t, dir, http.MethodGet, "/v1/door", ""); code != http.StatusNotFound {
		t.Errorf("unknown path: code %d", code)
	}
	if len(only.got) > 0 {
		t.Errorf("the lane got %v", only.got)
	}
}

// raw sends what the client would not.
func raw(t *testing.T, dir, method, path, body string) int {
	t.Helper()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, control.SocketName))
	}
	c := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://box"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestStatusAndReload(t *testing.T) {
	created := time.Date(2025, 3, 1, 2, 0, 0, 0, time.UTC)
	want := control.Status{Box: "b1", Fault: "no keys", Snapshot: control.Snapshot{Number: 7, Created: created}, Journal: control.Journal{Waiting: 3, Full: true}}
	fault := errors.New("bad signature")
	_, c := daemon(t, &control.Server{Status: func() control.Status { return want }, Reload: func() (control.Snapshot, error) { return want.Snapshot, fault }})
	got, err := c.Status(t.Context())
	if err != nil || got.Box != want.Box || got.Fault != want.Fault || got.Snapshot != want.Snapshot || got.Journal != want.Journal {
		t.Errorf("%+v %v", got, err)
	}
	s, err := c.Reload(t.Context())
	if err != nil || s.Number != 7 || s.Fault != fault.Error() {
		t.Errorf("the snapshot in use and why a newer one is not: %+v %v", s, err)
	}
}

func TestABoxOutOfServiceCannotReload(t *testing.T) {
	_, c := daemon(t, &control.Server{})
	if _, err := c.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "out of service") {
		t.Errorf("got %v", err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	if _, err := control.NewClient(t.TempDir()).Status(t.Context()); err == nil {
		t.Error("a status without a daemon")
	}
}

func view(name string, d *checkpoint.Decision) checkpoint.View {
	return checkpoint.View{Lane: checkpoint.LaneInfo{Lane: name}, State: checkpoint.StateWaiting, Decision: d, Refused: 2, Notice: checkpoint.DecideFirst}
}

func decision() *checkpoint.Decision {
	return &checkpoint.Decision{
		Verdict: checkpoint.Refer, Reason: "A03", Rule: "details-differ", Differs: []string{"full_name"},
		Credential: &checkpoint.Credential{Number: "001090900001", FullName: "Nguyễn Văn An", Address: "Hà Nội"},
	}
}

func TestEventsTellWhatALaneDoesAndNotWhoIsThere(t *testing.T) {
	hub := control.NewHub()
	dir, c := daemon(t, &control.Server{Hub: hub})
	ready, seen := make(chan struct{}), make(chan control.Event, 1)
	done := make(chan error, 1)
	go func() {
		done <- c.Events(t.Context(), ready, func(e control.Event) bool { seen <- e; return e.Lane != "1" })
	}()
	<-ready
	hub.Show(view("2", decision()))
	if e := <-seen; e.Lane != "2" || e.State != "waiting" || e.Verdict != "refer" || e.Reason != "A03" || e.Differs[0] != "full_name" || e.Notice != "N14" {
		t.Errorf("%+v", e)
	}
	hub.Show(view("1", nil))
	if e := <-seen; e.Verdict != "" {
		t.Errorf("a view without a decision: %+v", e)
	}
	if err := <-done; err != nil {
		t.Errorf("a listener who has heard enough: %v", err)
	}
	if s := hub.Lane("2"); s.Verdict != "refer" || s.Refused != 2 || s.Name != "2" {
		t.Errorf("the last of lane 2: %+v", s)
	}
	if s := hub.Lane("3"); s.Name != "3" || s.State != "" {
		t.Errorf("a lane that showed nothing: %+v", s)
	}
	if line := firstEvent(t, dir, hub); strings.Contains(line, "001090900001") || strings.Contains(line, "Nguy") || strings.Contains(line, "Hà Nội") {
		t.Errorf("personal data on the socket: %s", line)
	}
}

// firstEvent is one event as it stands on the wire.
func firstEvent(t *testing.T, dir string, hub *control.Hub) string {
	t.Helper()
	conn, err := net.Dial("unix", filepath.Join(dir, control.SocketName))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET /v1/events HTTP/1.1\r\nHost: box\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	if _, err := conn.Read(buf); err != nil { // the head: the listener is in
		t.Fatal(err)
	}
	hub.Show(view("2", decision()))
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// A listener who does not read costs a lane nothing and loses views only.
func TestASlowListenerNeverBlocksALane(t *testing.T) {
	hub := control.NewHub()
	events, cancel := hub.Subscribe()
	defer cancel()
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		for range 10_000 {
			hub.Show(view("1", decision()))
		}
	}()
	select {
	case <-shown:
	case <-time.After(10 * time.Second):
		t.Fatal("Show waits for a listener")
	}
	if e := <-events; e.Lane != "1" {
		t.Errorf("%+v", e)
	}
}

func TestASecondDaemonIsRefusedAndADeadOnesSocketReplaced(t *testing.T) {
	dir, c := daemon(t, &control.Server{})
	if _, err := control.Listen(dir); err == nil || !strings.Contains(err.Error(), "another daemon") {
		t.Errorf("a second daemon: %v", err)
	}
	if _, err := c.Status(t.Context()); err != nil {
		t.Errorf("the first after that: %v", err)
	}

	dead := t.TempDir()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dead, control.SocketName)})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // kill -9 leaves the file
	l.Close()
	again, err := control.Listen(dead)
	if err != nil {
		t.Fatalf("after a daemon that died: %v", err)
	}
	defer again.Close()
	info, err := os.Stat(filepath.Join(dead, control.SocketName))
	if err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("who may open the socket may decide: mode %v %v", info.Mode(), err)
	}
}
