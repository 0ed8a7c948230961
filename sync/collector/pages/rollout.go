package pages

import (
	"strconv"
	"time"

	"checkpoint/store/stages"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

func rolloutPage() page {
	return page{
		Path: "/rollout", Role: office.Fleet,
		Title: view.Column{Vietnamese: "Bản dữ liệu", English: "Snapshots"},
		About: view.Column{Vietnamese: "Máy nào có bản nào, theo từng đợt", English: "Which boxes have which snapshot, by stage"},
		Show:  showRollout, Table: rolloutTable, Files: []string{"csv"},
	}
}

// rolloutShown is what the page shows.
type rolloutShown struct {
	view.Rollout
	Begun             []stageRow
	Kinds             []counted
	Grid              grid
	First, Next       string
	Decided, Refused  string
	StopIf            []string
	PauseUntil        string
	Commands, Forging int // boxes that were told something forged
}

// stageRow is a stage as the page writes it.
type stageRow struct {
	Stage                                           int
	Share, From                                     string
	Begun                                           bool
	Boxes, Done, Waiting, Failed, Offline, Silently int
}

func (r *request) rollout() (view.Rollout, error) {
	var plan *stages.Plan
	if r.Plan != nil {
		var err error
		if plan, err = r.Plan(); err != nil {
			return view.Rollout{}, err
		}
	}
	return r.View.Rollout(r.Context(), r.Account.Scope, plan)
}

func showRollout(r *request) error {
	from, err := fromLine(r.Query("after"))
	if err != nil {
		return err
	}
	all, err := r.rollout()
	if err != nil {
		return err
	}
	p := rolloutShown{Rollout: all, Decided: grouped(strconv.FormatUint(all.Decided, 10)), Refused: grouped(strconv.FormatUint(all.Refused, 10))}
	for _, s := range all.Stages {
		share := stages.Percent(s.Share)
		if s.Share == 0 {
			share = r.T("máy thử", "canaries")
		}
		p.Begun = append(p.Begun, stageRow{s.Stage, share, s.NotBefore.In(vietnam).Format("15:04 02/01/2006"), s.Begun,
			s.Boxes, s.Done, s.Waiting, s.Failed, s.Offline, s.Silent})
	}
	if all.Plan != nil {
		p.StopIf, p.PauseUntil = all.Plan.StopIf, all.Plan.PauseUntil.In(vietnam).Format("15:04 02/01/2006")
	}
	for _, s := range all.Snapshots {
		name := r.T("chưa có dữ liệu", "no data")
		if s.Snapshot > 0 {
			name = strconv.FormatUint(s.Snapshot, 10)
		}
		if s.Of != nil {
			name += " · " + s.Of.In(vietnam).Format("15:04 02/01/2006")
		}
		p.Kinds = append(p.Kinds, counted{Name: name, N: s.Boxes, Bad: s.Snapshot == 0})
	}
	for _, d := range all.Deceived {
		if d.Commands > 0 {
			p.Commands++
		}
		if d.Marks > 0 {
			p.Forging++
		}
	}
	part := all
	part.Boxes = all.Boxes[min(from, len(all.Boxes)):min(from+lanesShown, len(all.Boxes))]
	p.Grid = r.grid(view.RolloutTable(part, r.Language), r.T("Máy", "Boxes"))
	if from > 0 {
		p.First = r.with("/rollout", "after", "")
	}
	if from+lanesShown < len(all.Boxes) {
		p.Next = r.with("/rollout", "after", strconv.Itoa(from+lanesShown))
	}
	return r.show("rollout", p)
}

func rolloutTable(r *request) (view.Table, string, error) {
	all, err := r.rollout()
	return view.RolloutTable(all, r.Language), strconv.FormatUint(all.Snapshot, 10) + " " + time.Now().In(vietnam).Format("2006-01-02 1504"), err
}
