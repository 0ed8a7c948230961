package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// WeekLine is how the sites of a commune fared in the days that were asked for.
type WeekLine struct {
	District, Commune, Name    string // Commune is the code; Name what it is called
	Sites, WithCode            int
	Asked, Approved, Installed int // devices
	Scanning, Silent           int // sites
	Reminded, Ignored          int // silent sites that were reminded; of those, [RemindersEnough] times
	Scans                      int64
}

func (l *WeekLine) add(s Site) {
	l.Sites, l.Scans = l.Sites+1, l.Scans+s.Scans
	l.Asked, l.Approved, l.Installed = l.Asked+s.Asked, l.Approved+s.Approved, l.Installed+s.Installed
	if s.PlaceCode != "" {
		l.WithCode++
	}
	switch {
	case !s.Silent():
		l.Scanning++
		return
	case s.Ignored():
		l.Ignored++
		l.Reminded++
	case s.Reminders > 0:
		l.Reminded++
	}
	l.Silent++
}

// Week is the report of sites by commune, in the order of districts and communes;
// sites of no commune come last.
func Week(all []Site) []WeekLine {
	lines := map[string]*WeekLine{}
	for _, s := range all {
		if lines[s.Commune] == nil {
			lines[s.Commune] = &WeekLine{District: s.District, Commune: s.Commune, Name: cmp.Or(s.CommuneName, s.Commune)}
		}
		lines[s.Commune].add(s)
	}
	var report []WeekLine
	for _, l := range lines {
		report = append(report, *l)
	}
	slices.SortFunc(report, func(a, b WeekLine) int {
		if (a.Commune == "") != (b.Commune == "") {
			return strings.Compare(b.Commune, a.Commune)
		}
		return cmp.Or(strings.Compare(a.District, b.District), strings.Compare(a.Commune, b.Commune))
	})
	return report
}

// WeekTable is that report as it is shown, in a language, "vi" or "en", with the sum
// of its lines at the end.
func WeekTable(lines []WeekLine, language string) Table {
	t := Table{Title: Column{"Báo cáo tuần về các điểm", "Weekly report of sites"}, Columns: []Column{
		{"Huyện cũ", "Former district"}, {"Xã, phường", "Commune"}, {"Điểm", "Sites"}, {"Có mã", "With a code"},
		{"Đề nghị", "Asked"}, {"Duyệt", "Approved"}, {"Lắp", "Installed"}, {"Có quét", "Scanning"}, {"Không quét", "Not scanning"},
		{"Đã nhắc", "Reminded"}, {"Nhắc đủ ba lần", "Three reminders"}, {"Lượt quét", "Scans"},
	}}
	sum := WeekLine{Name: Column{"Cộng", "Sum"}.In(language)}
	for _, l := range lines {
		t.Rows = append(t.Rows, l.cells())
		sum.Sites, sum.WithCode, sum.Scans = sum.Sites+l.Sites, sum.WithCode+l.WithCode, sum.Scans+l.Scans
		sum.Asked, sum.Approved, sum.Installed = sum.Asked+l.Asked, sum.Approved+l.Approved, sum.Installed+l.Installed
		sum.Scanning, sum.Silent = sum.Scanning+l.Scanning, sum.Silent+l.Silent
		sum.Reminded, sum.Ignored = sum.Reminded+l.Reminded, sum.Ignored+l.Ignored
	}
	t.Rows = append(t.Rows, sum.cells())
	return t
}

func (l WeekLine) cells() []string {
	cells := []string{l.District, cmp.Or(l.Name, "–")}
	for _, n := range []int{l.Sites, l.WithCode, l.Asked, l.Approved, l.Installed, l.Scanning, l.Silent, l.Reminded, l.Ignored, int(l.Scans)} {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}
