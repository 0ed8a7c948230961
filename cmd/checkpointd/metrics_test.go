package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/console/control"
)

// The daemon's numbers are read on its socket and on the machine's own network,
// there by its very address only; they follow what happens.
func TestMetricsOfABoxThatWorks(t *testing.T) {
	address := strings.TrimPrefix(nowhere(), "tcp://")
	r := newReadyRig(t, settings{})
	path := r.configure()
	r.change(path, replace("[[lane]]", "[metrics]\nlisten = \""+address+"\"\n[[lane]]"))
	d := r.startWith(path)
	d.awaitReader(true)
	d.listen()
	d.admits(r, r.province.green[0])

	socket := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(r.settings.Run, control.SocketName))
	}}}
	for at, client := range map[string]*http.Client{"http://box/metrics": socket, "http://" + address + "/metrics": http.DefaultClient} {
		code, text := get(t, client, at)
		for _, want := range []string{"checkpoint_decisions_total{lane=\"1\",verdict=\"admit\"} 1\n", "checkpoint_snapshot_number 1\n", "checkpoint_reader_connected{lane=\"1\",reader=\"scanner\"} 1\n"} {
			if code != http.StatusOK || !strings.Contains(text, want) {
				t.Errorf("%s: %d, no %s in\n%s", at, code, want, text)
			}
		}
		if number := numberOf(r.province.green[0]); strings.Contains(text, number) {
			t.Errorf("%s tells a person's number", at)
		}
	}
	rebound, err := http.NewRequest(http.MethodGet, "http://"+address+"/metrics", nil)
	r.must(err)
	rebound.Host = "evil.example"
	answer, err := http.DefaultClient.Do(rebound)
	r.must(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("another host's page reads metrics: %s", answer.Status)
	}
}

func get(t *testing.T, client *http.Client, at string) (int, string) {
	t.Helper()
	answer, err := client.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
