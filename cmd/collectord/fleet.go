package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/stages"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

func fleetReport() *cli.Command {
	var q view.FleetOf
	var need, state string
	return officeReport("fleet", "từng làn: trạng thái, dữ liệu, chờ gửi, lỗi / every lane: state, data, queue, faults",
		"collectord report fleet --attention --format csv --out fleet.csv",
		func(f *flag.FlagSet) {
			f.BoolVar(&q.Attention, "attention", false, "chỉ làn cần xem / only lanes that somebody should look at")
			f.StringVar(&need, "need", "", "silent (mất mạng), old-data (dữ liệu cũ), fault (lỗi), long-queue (chờ gửi nhiều), certificate (chứng thư sắp hết)")
			f.StringVar(&state, "state", "", "emergency, out-of-service, faulty, silent, unheard, training, ready")
			f.StringVar(&q.Software, "software", "", "chỉ phiên bản này / only boxes with this version of the software")
			f.StringVar(&q.Search, "search", "", "một phần tên máy, điểm, xã / part of the name of a box, site or commune")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			q.Need, q.State = view.Need(need), view.LaneState(state)
			if q.Need != "" && !slices.Contains(view.Needs(), q.Need) {
				return view.Table{}, "", cli.Usage("--need %[1]q: phải là một trong %[2]v / want one of %[2]v", need, view.Needs())
			}
			if q.State != "" && !slices.Contains(view.LaneStates(), q.State) {
				return view.Table{}, "", cli.Usage("--state %[1]q: phải là một trong %[2]v / want one of %[2]v", state, view.LaneStates())
			}
			fleet, err := a.view.Fleet(ctx, everything, q)
			return view.FleetTable(fleet, a.language), fmt.Sprintf("%d / %d", len(fleet.Lanes), fleet.All), err
		})
}

func rolloutReport() *cli.Command {
	var file string
	return officeReport("rollout", "máy nào có bản nào / which boxes have which snapshot",
		"collectord report rollout --plan snap/rollout.json",
		func(f *flag.FlagSet) {
			f.StringVar(&file, "plan", "", "rollout.json của bản, để chia theo đợt / rollout.json beside the snapshot, to show stages")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			plan, err := readPlan(file)
			if err == nil && plan == nil && file != "" {
				err = cli.Usage("--plan: không có %[1]s / %[1]s is not there", file)
			}
			if err != nil {
				return view.Table{}, "", err
			}
			r, err := a.view.Rollout(ctx, everything, plan)
			sum := r.Total()
			return view.RolloutTable(r, a.language), fmt.Sprintf("%d: %d / %d", r.Snapshot, sum.Done, sum.Boxes), err
		})
}

// readPlan reads a rollout's plan; nil where no file is named, or it is not there:
// a snapshot that goes to everybody at once has none.
func readPlan(file string) (*stages.Plan, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plan, err := stages.Decode(text)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("%s: %w", file, err), "provincectl rollout start tạo tệp này, cạnh bản dữ liệu / provincectl rollout start makes it, beside the snapshot")
	}
	return plan, nil
}

// fleetMetrics tells what boxes say, in sum. It is asked of the database at each
// look: several receivers hear the same boxes.
func fleetMetrics(ctx context.Context, w io.Writer, store *postgres.Store, log *slog.Logger) {
	c, err := store.Fleet(ctx)
	if err != nil {
		log.Warn("boxes not counted", "error", err)
		return
	}
	gauge(w, "collector_fleet_boxes", "boxes that were heard and not retired", c.Boxes)
	gauge(w, "collector_fleet_silent_boxes", "of those, boxes that are not connected or say nothing", c.Silent)
	gauge(w, "collector_fleet_waiting_records", "records on boxes that the province does not have", int(c.Waiting))
	fmt.Fprint(w, "# HELP collector_fleet_lanes lanes by their state\n# TYPE collector_fleet_lanes gauge\n")
	for _, state := range slices.Sorted(maps.Keys(c.Lanes)) {
		fmt.Fprintf(w, "collector_fleet_lanes{state=%q} %d\n", state, c.Lanes[state])
	}
	since := func(name, help string, t time.Time) {
		if !t.IsZero() {
			gauge(w, name, help, int(t.Unix()))
		}
	}
	since("collector_fleet_oldest_snapshot_timestamp_seconds", "when the oldest data in use on a box were built", c.OldestSnapshot)
	since("collector_fleet_certificate_end_timestamp_seconds", "when the first certificate of a box ends", c.CertificateEnd)
}
