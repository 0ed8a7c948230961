package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/pages"
	"checkpoint/sync/collector/postgres"
)

// serveHealth serves a page for people at / and one for Prometheus at /metrics.
// Both hold counts only, and nobody but this machine is served, asked for by its
// own names.
func serveHealth(address string, log *slog.Logger, write func(w http.ResponseWriter, metrics bool)) (stop func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("health page: %w", err)
	}
	mux := http.NewServeMux()
	plain := func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/plain; charset=utf-8") }
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { plain(w); write(w, false) })
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) { plain(w); write(w, true) })
	own := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !pages.ThisMachine(r.Host) {
			http.Error(w, "hỏi bằng địa chỉ của máy này / ask by this machine's own address", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
	s := &http.Server{Handler: own, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("health page down", "error", err)
		}
	}()
	return func() { _ = s.Close(); <-done }, nil
}

// tally counts what came, box by box.
type tally struct {
	mu    sync.Mutex
	boxes map[string]*boxTally
}

type boxTally struct {
	records, repeated, conflicts, gone uint64
	last                               time.Time
}

func newTally() *tally { return &tally{boxes: map[string]*boxTally{}} }

func (t *tally) add(r collector.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.boxes[r.Segment.Box]
	if b == nil {
		b = &boxTally{}
		t.boxes[r.Segment.Box] = b
	}
	b.records += uint64(r.New)
	b.repeated += uint64(r.Repeated)
	b.conflicts += uint64(r.Conflicts)
	b.gone += r.Gone
	b.last = time.Now()
}

func (t *tally) page(w http.ResponseWriter, s collector.Stats) {
	if !s.Connected {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "không nhận được / not receiving: máy chủ MQTT hoặc cơ sở dữ liệu chưa sẵn sàng / broker or database is away; see the log")
	} else {
		fmt.Fprintln(w, "đang nhận / receiving")
	}
	fmt.Fprintf(w, "bản ghi / records %d · gửi lại / sent again %d · mâu thuẫn / conflicts %d · mất / gone %d · từ chối / rejected %d\n",
		s.Records, s.Repeated, s.Conflicts, s.Gone, s.Rejected)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(t.boxes)) {
		b := t.boxes[name]
		fmt.Fprintf(w, "%-32s %10d %s\n", name, b.records, b.last.Format(time.RFC3339))
	}
}

// metrics is the text format of Prometheus, version 0.0.4.
func (t *tally) metrics(w io.Writer, s collector.Stats) {
	gauge(w, "collector_connected", "1 while records are taken", flagged(s.Connected))
	counter(w, "collector_batches_total", "batches with records or gone ranges", s.Batches)
	counter(w, "collector_rejected_total", "messages that were no batch of their box and segment", s.Rejected)
	counter(w, "collector_photos_total", "photos of paper forms that are held whole, each as often as a box was told", s.Photos)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range []struct {
		name, help string
		of         func(*boxTally) uint64
	}{
		{"collector_records_total", "records stored for the first time", func(b *boxTally) uint64 { return b.records }},
		{"collector_repeated_total", "records that were held already", func(b *boxTally) uint64 { return b.repeated }},
		{"collector_conflicts_total", "records under a number that was given away", func(b *boxTally) uint64 { return b.conflicts }},
		{"collector_gone_total", "records that a box declared unreadable", func(b *boxTally) uint64 { return b.gone }},
	} {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s counter\n", m.name, m.help, m.name)
		for _, name := range slices.Sorted(maps.Keys(t.boxes)) {
			fmt.Fprintf(w, "%s{box=%q} %d\n", m.name, name, m.of(t.boxes[name]))
		}
	}
}

func openPage(w http.ResponseWriter, s postgres.OpeningStats) {
	if !s.Connected {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "chưa mở được / not opening: cơ sở dữ liệu chưa sẵn sàng, hoặc máy khác đang mở / database is away, or another one opens; see the log")
	} else {
		fmt.Fprintln(w, "đang mở / opening")
	}
	fmt.Fprintf(w, "đã mở / opened %d · không mở được / failed %d\n", s.Opened, s.Failed)
}

func openMetrics(w io.Writer, s postgres.OpeningStats) {
	gauge(w, "opener_connected", "1 while records are opened", flagged(s.Connected))
	counter(w, "opener_opened_total", "records opened", s.Opened)
	counter(w, "opener_failed_total", "records that could not be opened", s.Failed)
}

func counter(w io.Writer, name, help string, value uint64) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s counter\n%s %d\n", name, help, name, name, value)
}

func gauge(w io.Writer, name, help string, value int) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n%s %d\n", name, help, name, name, value)
}

func flagged(on bool) int {
	if on {
		return 1
	}
	return 0
}

func healthCommand() *cli.Command {
	var receive, open, serve string
	return &cli.Command{
		Name: "health", Short: "tình trạng của máy chủ này / how this machine's daemons fare; exit code 1 when one does not work",
		Examples: []string{"collectord health", "collectord health --open ''"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&receive, "receive", receiveHealth, "địa chỉ của receive / address of the receiver's page; empty: none here")
			f.StringVar(&open, "open", openHealth, "địa chỉ của open / address of the opener's page; empty: none here")
			f.StringVar(&serve, "pages", pagesHealth, "địa chỉ của serve / address of the page of the pages' process; empty: none here")
		},
		Run: func(ctx context.Context, out cli.IO, args []string) error {
			if len(args) > 0 {
				return tooMuch(args)
			}
			return errors.Join(ask(ctx, out, "receive", receive), ask(ctx, out, "open", open), ask(ctx, out, "pages", serve))
		},
	}
}

// ask prints one daemon's page.
func ask(ctx context.Context, out cli.IO, name, address string) error {
	if address == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return cli.Usage("collectord health: %v", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return cli.Hint(fmt.Errorf("collectord %s không trả lời / does not answer: %w", name, err), "systemctl status collectord-%s", name)
	}
	defer answer.Body.Close()
	fmt.Fprintf(out.Out, "collectord %s: ", name)
	if _, err := io.Copy(out.Out, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return cli.Hint(fmt.Errorf("collectord %s chưa hoạt động / does not work", name), "journalctl -u collectord-%s", name)
	}
	return nil
}
