package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"checkpoint/sync/collector/pages"
	"checkpoint/sync/collector/view"
)

// databaseLacks is why the pages' database does not answer; nil: it does.
func databaseLacks(ctx context.Context, v *view.View) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return v.Pool.Ping(ctx)
}

func pagesPage(w http.ResponseWriter, lacks error, all []pages.Answered) {
	if lacks != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "chưa phục vụ được / not serving: cơ sở dữ liệu không trả lời / the database does not answer; systemctl status postgresql, or the log")
	} else {
		fmt.Fprintln(w, "đang phục vụ / serving")
	}
	var answered, failed, slow uint64
	bounds := pages.AnswerBounds()
	patient := slices.Index(bounds, 2*time.Second)
	for _, x := range all {
		answered, failed, slow = answered+x.All, failed+x.Codes[http.StatusInternalServerError], slow+x.All-x.Within[patient]
	}
	fmt.Fprintf(w, "đã trả lời / answered %d · lỗi máy chủ / server errors %d · lâu hơn 2 giây / longer than 2 s %d\n", answered, failed, slow)
}

func pagesMetrics(w io.Writer, connected bool, all []pages.Answered) {
	gauge(w, "pages_connected", "1 while the database answers", flagged(connected))
	fmt.Fprint(w, "# HELP pages_answers_total answers, by what was asked for and the hundreds of the status code\n# TYPE pages_answers_total counter\n")
	for _, x := range all {
		for _, code := range slices.Sorted(maps.Keys(x.Codes)) {
			fmt.Fprintf(w, "pages_answers_total{route=%q,code=\"%d\"} %d\n", x.Route, code, x.Codes[code])
		}
	}
	fmt.Fprint(w, "# HELP pages_answer_duration_seconds how long answers took\n# TYPE pages_answer_duration_seconds histogram\n")
	for _, x := range all {
		for i, bound := range pages.AnswerBounds() {
			fmt.Fprintf(w, "pages_answer_duration_seconds_bucket{route=%q,le=\"%g\"} %d\n", x.Route, bound.Seconds(), x.Within[i])
		}
		fmt.Fprintf(w, "pages_answer_duration_seconds_bucket{route=%q,le=\"+Inf\"} %d\n", x.Route, x.All)
		fmt.Fprintf(w, "pages_answer_duration_seconds_sum{route=%q} %g\npages_answer_duration_seconds_count{route=%q} %d\n", x.Route, x.Took.Seconds(), x.Route, x.All)
	}
}
