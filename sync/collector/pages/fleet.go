package pages

import (
	"cmp"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"checkpoint/sync/collector/draw"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// fleetPages are what the province sees of its machines and sites.
func fleetPages() []page { return []page{sitesPage(), fleetPage(), rolloutPage()} }

func fleetPage() page {
	return page{
		Path: "/fleet", Role: office.Fleet,
		Title: view.Column{Vietnamese: "Máy và làn", English: "Boxes and lanes"},
		About: view.Column{Vietnamese: "Trạng thái, dữ liệu, bản ghi chờ gửi, lỗi của từng làn", English: "Each lane's state, data, queue and faults"},
		Show:  showFleet, Table: fleetTable, Files: []string{"csv"},
	}
}

// deafAfter is from when on the page says that nobody listens to the boxes: a
// receiver says every half minute that it does.
const deafAfter = 3 * time.Minute

// lanesShown is how many lanes stand on a page.
const lanesShown = 100

// fleetShown is what the page shows.
type fleetShown struct {
	Chips        []chip
	Search       string
	Keep         map[string]string // what the search form carries on
	Lanes        []laneRow
	All, Found   int
	First, Next  string // addresses of other parts of the list
	Ages, States []counted
	Software     []counted // versions
	Versions     []version
	Newest       uint64
	HaveIt       int
	Deaf         bool
}

// chip is a filter to choose.
type chip struct {
	Name string
	N    int
	Path string
	Now  bool // it is the one that is chosen
}

// version is one of the daemon's, to choose.
type version struct {
	Name string
	Now  bool
}

// counted is how many lanes are of a kind.
type counted struct {
	Sign template.HTML
	Name string
	N    int
	Bad  bool
}

// laneRow is a lane as the page writes it. Bad figures get a mark and bold type.
type laneRow struct {
	view.FleetLane
	Sign                template.HTML
	Word, Way           string
	Age, Over, Certain  string // of the data; since the hand-over; until when the certificate holds
	Heard               string
	Faults              []string
	Old, Long, Soon     bool
	Snapshot, WaitingOf string
}

func fleetOf(r *request) (q view.FleetOf, err error) {
	q = view.FleetOf{Search: r.Query("search"), State: view.LaneState(r.Query("state")), Software: r.Query("software")}
	switch need := r.Query("need"); {
	case need == "any":
		q.Attention = true
	case need != "" && !slices.Contains(view.Needs(), view.Need(need)):
		return q, badInput("Không có bộ lọc này.", "There is no such filter.")
	default:
		q.Need = view.Need(need)
	}
	if q.State != "" && !slices.Contains(view.LaneStates(), q.State) {
		return q, badInput("Không có trạng thái này.", "There is no such state.")
	}
	return q, nil
}

func showFleet(r *request) error {
	q, err := fleetOf(r)
	if err != nil {
		return err
	}
	from, err := fromLine(r.Query("after"))
	if err != nil {
		return err
	}
	f, err := r.View.Fleet(r.Context(), r.Account.Scope, q)
	if err != nil {
		return err
	}
	now := r.View.Clock()
	p := fleetShown{Search: q.Search, All: f.All, Found: len(f.Lanes), Newest: f.Newest, HaveIt: f.HaveIt,
		Deaf: f.Listened == nil || now.Sub(*f.Listened) > deafAfter, Chips: r.chips(f, q), Keep: map[string]string{"need": r.Query("need"), "state": string(q.State)}}
	for _, l := range f.Lanes[min(from, len(f.Lanes)):min(from+lanesShown, len(f.Lanes))] {
		p.Lanes = append(p.Lanes, r.laneRow(l, now))
	}
	if from > 0 {
		p.First = r.with("/fleet", "after", "")
	}
	if from+lanesShown < len(f.Lanes) {
		p.Next = r.with("/fleet", "after", strconv.Itoa(from+lanesShown))
	}
	p.Ages = r.ages(f.Lanes, now)
	for _, s := range view.LaneStates() {
		if f.States[s] > 0 {
			p.States = append(p.States, counted{sign(s.Sign()), r.In(s.Word()), f.States[s], s != view.Ready && s != view.Training})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Software)) {
		p.Software = append(p.Software, counted{Name: cmp.Or(name, r.T("chưa nghe", "not heard")), N: f.Software[name]})
		if name != "" {
			p.Versions = append(p.Versions, version{name, name == q.Software})
		}
	}
	return r.show("fleet", p)
}

// chips are the filters, with how many lanes each has.
func (r *request) chips(f view.Fleet, q view.FleetOf) []chip {
	path := func(need string) string {
		values := url.Values{}
		for key, value := range map[string]string{"need": need, "search": q.Search, "software": q.Software} {
			if value != "" {
				values.Set(key, value)
			}
		}
		if len(values) == 0 {
			return "/fleet"
		}
		return "/fleet?" + values.Encode()
	}
	all := []chip{
		{r.T("Tất cả", "All"), f.All, path(""), q == (view.FleetOf{Search: q.Search, Software: q.Software})},
		{r.T("Cần chú ý", "To look at"), f.Look, path("any"), q.Attention},
	}
	for _, n := range view.Needs() {
		all = append(all, chip{r.In(n.Word()), f.Needs[n], path(string(n)), q.Need == n})
	}
	return all
}

func (r *request) laneRow(l view.FleetLane, now time.Time) laneRow {
	row := laneRow{
		FleetLane: l, Sign: sign(l.State.Sign()), Word: r.In(l.State.Word()), Way: r.In(view.DirectionWord(l.Direction)),
		Age: "–", Over: r.moment(l.HandedOver, now), Heard: r.moment(l.Heard, now), Snapshot: "–",
		Old: l.Need(view.NeedData), Long: l.Need(view.NeedQueue), Soon: l.Need(view.NeedCertificate), WaitingOf: grouped(strconv.FormatInt(l.Waiting, 10)),
	}
	if l.SnapshotOf != nil {
		row.Age = r.hours(l.Age(now))
		row.Snapshot = strconv.FormatUint(l.Snapshot, 10)
	}
	if row.Soon {
		row.Certain = l.CertificateUntil.In(vietnam).Format("02/01/2006")
	}
	for _, code := range l.Faults {
		row.Faults = append(row.Faults, r.fault(code))
	}
	if l.Opened {
		row.Faults = append(row.Faults, r.T("vỏ máy mở", "cover open"))
	}
	if l.Damaged {
		row.Faults = append(row.Faults, r.T("dữ liệu hỏng", "data damaged"))
	}
	return row
}

func (r *request) hours(n int) string {
	if n == 1 {
		return r.T("1 giờ", "1 hour")
	}
	return strconv.Itoa(n) + r.T(" giờ", " hours")
}

// moment is a time of the last day as hour and minute, and any other with its day.
func (r *request) moment(t *time.Time, now time.Time) string {
	if t == nil {
		return "–"
	}
	if now.Sub(*t) < 24*time.Hour {
		return t.In(vietnam).Format("15:04")
	}
	return t.In(vietnam).Format("15:04 02/01")
}

// fault is a fault's title, or its code where nobody knows a title.
func (r *request) fault(code string) string {
	if r.FaultTitle != nil {
		if title := r.In(r.FaultTitle(code)); title != "" {
			return title
		}
	}
	return code
}

// ageBounds are the kinds of ages, in hours, each up to its bound.
var ageBounds = []int{6, 12, 24, 48}

// ages counts the lanes that are listed by the age of their data.
func (r *request) ages(lanes []view.FleetLane, now time.Time) (all []counted) {
	for _, bound := range ageBounds {
		all = append(all, counted{Name: "≤ " + r.hours(bound), Bad: bound > 24})
	}
	all = append(all, counted{Name: "> " + r.hours(48), Bad: true}, counted{Name: r.T("chưa có dữ liệu", "no data"), Bad: true})
	for _, l := range lanes {
		kind := len(all) - 1
		if l.SnapshotOf != nil {
			kind, _ = slices.BinarySearch(ageBounds, l.Age(now)) // the first bound that it does not pass
		}
		all[kind].N++
	}
	return all
}

func fleetTable(r *request) (view.Table, string, error) {
	q, err := fleetOf(r)
	if err != nil {
		return view.Table{}, "", err
	}
	f, err := r.View.Fleet(r.Context(), r.Account.Scope, q)
	return view.FleetTable(f, r.Language), r.View.Clock().In(vietnam).Format("2006-01-02 1504"), err
}

func sign(s draw.State) template.HTML { return template.HTML(draw.Sign(s)) }

// countedTable is a small table of counts, with its title.
type countedTable struct {
	Name, Kind, Of string
	All            []counted
}

// Counts is for templates.
func (r *request) Counts(name string, all []counted) countedTable {
	return countedTable{name, r.T("Loại", "Kind"), r.T("Số", "Number"), all}
}
