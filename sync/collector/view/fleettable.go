package view

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

var laneWords = map[LaneState]Column{
	Ready: {"SẴN SÀNG", "READY"}, Faulty: {"MÁY LỖI", "FAULT"}, Silent: {"MẤT MẠNG", "OFFLINE"}, Unheard: {"CHƯA NGHE", "NOT HEARD"},
	OutOfService: {"TẠM NGỪNG", "OUT OF SERVICE"}, Training: {"CHẾ ĐỘ TẬP", "TRAINING"}, Emergency: {"MỞ KHẨN CẤP", "EMERGENCY"},
}

// Word is the state as people read it.
func (s LaneState) Word() Column { return laneWords[s] }

var needWords = map[Need]Column{
	NeedLink: {"Mất mạng", "Offline"}, NeedData: {"Dữ liệu cũ", "Old data"}, NeedRepair: {"Có lỗi", "Faults"},
	NeedQueue: {"Chờ gửi nhiều", "Long queue"}, NeedCertificate: {"Chứng thư sắp hết", "Certificate ends"},
}

// Word is the need as people read it.
func (n Need) Word() Column { return needWords[n] }

// DirectionWord is "in" or "out" as people read it.
func DirectionWord(direction string) Column {
	switch direction {
	case "in":
		return Column{"VÀO", "IN"}
	case "out":
		return Column{"RA", "OUT"}
	}
	return Column{direction, direction}
}

// Age is how old the lane's data are, in hours, of which one that began counts:
// 24 are not too old, 25 are. Less than none: it has none.
func (l *FleetLane) Age(now time.Time) int {
	if l.SnapshotOf == nil {
		return -1
	}
	return max(0, int((now.Sub(*l.SnapshotOf)+time.Hour-1)/time.Hour))
}

// FleetTable is a list of lanes as it is shown, in a language, "vi" or "en".
func FleetTable(f Fleet, language string) Table {
	t := Table{Title: Column{"Các làn", "Lanes"}, Columns: []Column{
		{"Trạng thái", "State"}, {"Điểm kiểm soát", "Checkpoint"}, {"Máy", "Box"}, {"Làn", "Lane"}, {"Hướng", "Direction"}, {"Bản", "Snapshot"},
		{"Dữ liệu lúc", "Data of"}, {"Chờ gửi", "Waiting"}, {"Lỗi", "Faults"}, {"Bàn giao", "Hand-over"}, {"Nghe lần cuối", "Heard"},
		{"Chứng thư đến", "Certificate until"}, {"Phần mềm", "Software"}, {"Cần xem", "Look at"},
	}}
	for _, l := range f.Lanes {
		var needs []string
		for _, n := range l.Needs {
			needs = append(needs, n.Word().In(language))
		}
		t.Rows = append(t.Rows, []string{l.State.Word().In(language), l.SiteName, l.Box, l.Lane, DirectionWord(l.Direction).In(language), number(l.Snapshot),
			clock(l.SnapshotOf), strconv.FormatInt(l.Waiting, 10), strings.Join(l.Faults, " "), clock(l.HandedOver), clock(l.Heard),
			clock(l.CertificateUntil), l.Software, strings.Join(needs, ", ")})
	}
	return t
}

// number is a snapshot's; none: a dash.
func number(n uint64) string {
	if n == 0 {
		return "–"
	}
	return strconv.FormatUint(n, 10)
}

// clock is a moment as people in Vietnam read it; never: a dash.
func clock(t *time.Time) string { return cmp.Or(Moment(t), "–") }
