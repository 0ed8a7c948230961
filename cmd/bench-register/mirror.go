package main

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"
)

// mirror serves a repository over HTTPS on this machine, as any web server
// would, and remembers who asked when.
type mirror struct {
	*httptest.Server
	ca    string // file with its authority
	files http.Handler

	mu   sync.Mutex
	seen seen
}

// seen is what was asked since the last [mirror.reset].
type seen struct {
	looked time.Time // the last question for what is newest
	layer  time.Time // the first question for a layer
	sent   int64     // bytes of all bodies since looked
}

func newMirror(repo, ca string) (*mirror, error) {
	m := &mirror{ca: ca, files: http.FileServer(http.Dir(repo))}
	m.Server = httptest.NewTLSServer(m)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.Certificate().Raw})
	return m, os.WriteFile(ca, text, 0o644)
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	switch {
	case r.URL.Path == "/timestamp.json":
		m.seen.looked, m.seen.sent = time.Now(), 0
	case strings.HasPrefix(r.URL.Path, "/layers/") && m.seen.layer.IsZero():
		m.seen.layer = time.Now()
	}
	m.mu.Unlock()
	m.files.ServeHTTP(&sent{w, m}, r)
}

func (m *mirror) now() seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen
}

func (m *mirror) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = seen{}
}

// section is what a box's configuration says of the mirror. more adds lines.
func (m *mirror) section(more string) string {
	return fmt.Sprintf("\n[update]\nurl = %q\nca = %q\ninterval_minutes = 1\n%s\n", m.URL, m.ca, more)
}

type sent struct {
	http.ResponseWriter
	m *mirror
}

func (s *sent) Write(p []byte) (int, error) {
	n, err := s.ResponseWriter.Write(p)
	s.m.mu.Lock()
	s.m.seen.sent += int64(n)
	s.m.mu.Unlock()
	return n, err
}
