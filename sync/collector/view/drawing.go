package view

import (
	"time"

	"checkpoint/sync/collector/draw"
)

// Sign is the sign of a lane's state.
func (s LaneState) Sign() draw.State {
	switch s {
	case Ready:
		return draw.Ready
	case Training:
		return draw.Training
	case Silent:
		return draw.Offline
	case Faulty:
		return draw.Fault
	case OutOfService:
		return draw.Stopped
	case Emergency:
		return draw.Emergency
	}
	return draw.None
}

// SiteMap is the map of those sites of which somebody knows where they are, each
// with the worst state of its lanes, in a language, "vi" or "en".
func SiteMap(sites []Site, lanes []FleetLane, language string) draw.Map {
	states := map[string]draw.State{}
	for _, l := range lanes {
		s := l.State.Sign()
		if len(l.Needs) > 0 && (s == draw.Ready || s == draw.Training) {
			s = draw.Attention
		}
		states[l.Site] = max(states[l.Site], s)
	}
	m := draw.Map{ID: "map", Language: language, Title: Column{"Bản đồ các điểm kiểm soát", "Map of checkpoints"}.In(language)}
	for _, s := range sites {
		if s.Latitude != nil && s.Longitude != nil {
			m.Places = append(m.Places, draw.Place{Name: s.Name, Latitude: *s.Latitude, Longitude: *s.Longitude, Scans: s.Scans, State: states[s.ID]})
		}
	}
	return m
}

// HoursPlot is the plot of a day's people by hour, from its report by hour.
func HoursPlot(hours []Line, language string) draw.Hours {
	h := draw.Hours{ID: "hours", Language: language, Title: Column{"Người theo giờ", "People by hour"}.In(language)}
	for _, l := range hours {
		hour, err := time.Parse("15", l.Key)
		if err != nil {
			continue // a tally of no hour is none
		}
		h.Hours[hour.Hour()] = draw.Hour{In: max(0, l.In), Out: max(0, l.Out)}
	}
	return h
}
