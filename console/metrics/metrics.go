package metrics

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"checkpoint/console/control"
)

// ContentType is what a reader is told of the text.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Process is what the daemon knows of itself.
type Process struct {
	Started time.Time
	Memory  uint64 // bytes from the system
	Tasks   int
}

// Own is this process.
func Own(started time.Time) Process {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Process{started, m.Sys, runtime.NumGoroutine()}
}

// metric is one of the list: see list.go.
type metric struct {
	name, kind, help string
	labels           []string
	samples          func(control.Status, Process) []sample
}

// The kinds.
const (
	gauge   = "gauge"
	counter = "counter"
)

// sample is a value with those of its labels.
type sample struct {
	value  float64
	labels []string
}

// Write writes all metrics of a status. Those that have no value now are left
// out.
func Write(w io.Writer, s control.Status, p Process) error {
	out := bufio.NewWriter(w)
	for _, m := range list {
		samples := m.samples(s, p)
		if len(samples) == 0 {
			continue
		}
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for _, one := range samples {
			fmt.Fprintf(out, "%s%s %s\n", m.name, labels(m.labels, one.labels), strconv.FormatFloat(one.value, 'g', -1, 64))
		}
	}
	return out.Flush()
}

func labels(names, values []string) string {
	if len(names) == 0 {
		return ""
	}
	var all []string
	for i, name := range names {
		all = append(all, name+`="`+escape(values[i])+`"`)
	}
	return "{" + strings.Join(all, ",") + "}"
}

// escape is a label's value as the format wants it.
func escape(v string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(v)
}

// Handler answers GET with all metrics.
func Handler(status func() control.Status, started time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", ContentType)
		w.Header().Set("Cache-Control", "no-store")
		_ = Write(w, status(), Own(started)) // the caller is gone
	})
}
