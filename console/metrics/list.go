package metrics

import (
	"maps"
	"slices"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/faults"
)

// list is every metric there is, in the order of docs/metrics.md.
var list = slices.Concat(boxList, laneList, dataList, linkList, machineList)

var boxList = []metric{
	{"checkpoint_box_info", gauge, "Always 1; who the box is.", []string{"box", "province", "version"}, func(s control.Status, _ Process) []sample {
		return []sample{{1, []string{s.Box, s.Province, s.Version}}}
	}},
	{"checkpoint_out_of_service", gauge, "1 while the box checks nobody.", nil, func(s control.Status, _ Process) []sample { return truth(s.Fault != "") }},
	{"checkpoint_fault_active", gauge, "1 for each fault that is to be told; codes are those of checkpointctl doctor.", []string{"code", "severity", "where"}, activeFaults},
	{"checkpoint_start_timestamp_seconds", gauge, "When the daemon started.", nil, func(_ control.Status, p Process) []sample { return at(p.Started) }},
	{"checkpoint_memory_bytes", gauge, "Memory that the daemon has of the system.", nil, func(_ control.Status, p Process) []sample { return number(p.Memory) }},
	{"checkpoint_tasks", gauge, "Tasks (goroutines) in the daemon.", nil, func(_ control.Status, p Process) []sample { return number(p.Tasks) }},
	{"checkpoint_clock_timestamp_seconds", gauge, "The box's time.", nil, func(s control.Status, _ Process) []sample { return at(s.Clock.Time) }},
	{"checkpoint_clock_trusted", gauge, "1 while that time is believed; without it nobody is admitted automatically.", nil, func(s control.Status, _ Process) []sample { return truth(s.Clock.Trusted) }},
}

var laneList = []metric{
	{"checkpoint_decisions_total", counter, "Decisions of each verdict; begins at 0 at midnight in Vietnam.", []string{"lane", "verdict"}, decisions},
	{"checkpoint_refused_scans_total", counter, "Scans refused while a decision was open.", []string{"lane"}, func(s control.Status, _ Process) []sample {
		return lanes(s, func(l control.LaneStatus) float64 { return float64(l.Refused) })
	}},
	{"checkpoint_reader_connected", gauge, "1 while a reader is there.", []string{"lane", "reader"}, func(s control.Status, _ Process) []sample {
		return readers(s, func(r checkpoint.ReaderState) bool { return r.Connected })
	}},
	{"checkpoint_reader_sees", gauge, "0 while a camera is dark, in glare or covered.", []string{"lane", "reader"}, func(s control.Status, _ Process) []sample {
		return readers(s, func(r checkpoint.ReaderState) bool { return r.Sight == checkpoint.SightClear })
	}},
	{"checkpoint_gate_works", gauge, "0 while lamps, relay or contacts of a lane cannot be had, or disagree.", []string{"lane"}, func(s control.Status, _ Process) []sample {
		return lanes(s, func(l control.LaneStatus) float64 { return bit(l.GateFail == "" && l.Disagree == "") })
	}},
}

var dataList = []metric{
	{"checkpoint_snapshot_number", gauge, "Number of the snapshot in use; 0: none.", nil, func(s control.Status, _ Process) []sample { return number(s.Snapshot.Number) }},
	{"checkpoint_snapshot_created_timestamp_seconds", gauge, "When the data in use were built.", nil, func(s control.Status, _ Process) []sample { return at(s.Snapshot.Created) }},
	{"checkpoint_policy_number", gauge, "Number of the policy in use; 0: none.", nil, func(s control.Status, _ Process) []sample { return number(s.Snapshot.Policy) }},
	{"checkpoint_snapshot_offered_number", gauge, "Newest snapshot that the province offers; 0: not heard yet.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Update, func(u *control.Update) float64 { return float64(u.Offered) })
	}},
	{"checkpoint_update_received_bytes", gauge, "Of the layer on its way in.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Update, func(u *control.Update) float64 { return float64(u.Done) })
	}},
	{"checkpoint_update_failing", gauge, "1 while the last look for newer data failed.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Update, func(u *control.Update) float64 { return bit(u.Fault != "") })
	}},
	{"checkpoint_update_until_timestamp_seconds", gauge, "When what was heard of the province expires.", nil, func(s control.Status, _ Process) []sample {
		if s.Update == nil {
			return nil
		}
		return at(s.Update.Until)
	}},
}

var linkList = []metric{
	{"checkpoint_journal_waiting_records", gauge, "Records that the province does not have yet.", nil, func(s control.Status, _ Process) []sample { return number(s.Journal.Waiting) }},
	{"checkpoint_journal_size_bytes", gauge, "Size of all segments on disk.", nil, func(s control.Status, _ Process) []sample { return number(s.Journal.Bytes) }},
	{"checkpoint_journal_oldest_timestamp_seconds", gauge, "When the oldest segment was begun that has a record which waits.", nil, func(s control.Status, _ Process) []sample { return at(s.Journal.Oldest) }},
	{"checkpoint_journal_full", gauge, "1 while nothing can be recorded.", nil, func(s control.Status, _ Process) []sample { return truth(s.Journal.Full) }},
	{"checkpoint_journal_damaged_segments", gauge, "Segments set aside since they could not be read.", nil, func(s control.Status, _ Process) []sample { return number(s.Journal.Damaged) }},
	{"checkpoint_photos_waiting", gauge, "Photos of paper forms that the province does not have yet.", nil, func(s control.Status, _ Process) []sample {
		if s.Photos == nil {
			return number(0)
		}
		return number(s.Photos.Waiting)
	}},
	{"checkpoint_link_connected", gauge, "1 while there is a session with the broker.", nil, func(s control.Status, _ Process) []sample { return truth(s.Link.Connected) }},
	{"checkpoint_link_changed_timestamp_seconds", gauge, "When that last changed.", nil, func(s control.Status, _ Process) []sample { return at(s.Link.Since) }},
	{"checkpoint_collector_present", gauge, "1 while somebody takes records.", nil, func(s control.Status, _ Process) []sample { return truth(s.Link.Collector) }},
	{"checkpoint_mark_timestamp_seconds", gauge, "When the province last said what it has.", nil, func(s control.Status, _ Process) []sample { return at(s.Link.LastMark) }},
	{"checkpoint_certificate_end_timestamp_seconds", gauge, "When the box's certificate ends.", nil, func(s control.Status, _ Process) []sample {
		if s.Certificate == nil {
			return nil
		}
		return at(s.Certificate.Until)
	}},
	{"checkpoint_refused_commands_total", counter, "Commands that came down and were not obeyed.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Commands, func(c *control.Commands) float64 { return float64(c.Refused) })
	}},
}

var machineList = []metric{
	{"checkpoint_disk_size_bytes", gauge, "Size of the file system that holds the state directory.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Machine, func(m *control.Machine) float64 { return float64(m.Disk.Size) })
	}},
	{"checkpoint_disk_free_bytes", gauge, "What is free of it.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Machine, func(m *control.Machine) float64 { return float64(m.Disk.Free) })
	}},
	{"checkpoint_disk_read_only", gauge, "1 while it is mounted read-only.", nil, func(s control.Status, _ Process) []sample {
		return known(s.Machine, func(m *control.Machine) float64 { return bit(m.Disk.ReadOnly) })
	}},
	{"checkpoint_disk_worn_ratio", gauge, "Of its life, by tenths; only disks that tell.", nil, func(s control.Status, _ Process) []sample {
		if s.Machine == nil || s.Machine.Disk.Wear == 0 {
			return nil
		}
		return []sample{{value: float64(s.Machine.Disk.Wear) / 100}}
	}},
	{"checkpoint_temperature_celsius", gauge, "Of the hottest zone; only boards that tell.", nil, func(s control.Status, _ Process) []sample {
		if s.Machine == nil || s.Machine.Celsius == 0 {
			return nil
		}
		return []sample{{value: s.Machine.Celsius}}
	}},
	{"checkpoint_supply_low", gauge, "1 while the voltage is too low; only boards that tell.", nil, func(s control.Status, _ Process) []sample {
		if s.Machine == nil || s.Machine.Volts == "" {
			return nil
		}
		return truth(s.Machine.LowVoltage)
	}},
	{"checkpoint_networks", gauge, "Network interfaces with a link.", nil, func(s control.Status, _ Process) []sample {
		if s.Machine == nil || s.Machine.Networks < 0 {
			return nil
		}
		return number(s.Machine.Networks)
	}},
}

func activeFaults(s control.Status, _ Process) (all []sample) {
	for _, f := range s.Told() {
		row, _ := faults.Of(f.Code)
		all = append(all, sample{1, []string{string(f.Code), map[faults.Severity]string{faults.Warn: "warn", faults.Fail: "fail"}[row.Severity], f.Where}})
	}
	return all
}

func decisions(s control.Status, _ Process) (all []sample) {
	for _, l := range s.Lanes {
		for _, verdict := range slices.Sorted(maps.Keys(l.Today)) {
			all = append(all, sample{float64(l.Today[verdict]), []string{l.Name, verdict}})
		}
	}
	return all
}

func lanes(s control.Status, of func(control.LaneStatus) float64) (all []sample) {
	for _, l := range s.Lanes {
		all = append(all, sample{of(l), []string{l.Name}})
	}
	return all
}

func readers(s control.Status, of func(checkpoint.ReaderState) bool) (all []sample) {
	for _, l := range s.Lanes {
		for _, r := range l.Readers {
			all = append(all, sample{bit(of(r)), []string{l.Name, r.Name}})
		}
	}
	return all
}

func known[T any](part *T, of func(*T) float64) []sample {
	if part == nil {
		return nil
	}
	return []sample{{value: of(part)}}
}

func number[N int | int64 | uint64](n N) []sample { return []sample{{value: float64(n)}} }

// at is a moment in Unix seconds; none for one that never was.
func at(t time.Time) []sample {
	if t.IsZero() {
		return nil
	}
	return []sample{{value: float64(t.UnixMilli()) / 1000}}
}

func truth(is bool) []sample { return []sample{{value: bit(is)}} }

func bit(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
