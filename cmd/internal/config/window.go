package config

import (
	"fmt"
	"strings"
	"time"

	"checkpoint/console/messages"
)

// Window is a time of each day, in Vietnam: from a minute of the day until
// another, past midnight if that is earlier. The zero value is none.
type Window struct {
	from, until int
	fault       error // of the text; Validate reports it with all others
}

// UnmarshalText reads "02:00-04:30". What is wrong with it is kept.
func (w *Window) UnmarshalText(text []byte) error {
	first, last, _ := strings.Cut(string(text), "-")
	from, err := time.Parse("15:04", first)
	until, err2 := time.Parse("15:04", last)
	*w = Window{from: 60*from.Hour() + from.Minute(), until: 60*until.Hour() + until.Minute()}
	if err != nil || err2 != nil || w.String() != string(text) || !w.Given() {
		*w = Window{fault: fmt.Errorf("%q: want a time of the day such as \"02:00-04:30\"", text)}
	}
	return nil
}

// Given tells whether there is a window.
func (w Window) Given() bool { return w.from != w.until }

// Holds tells whether a moment lies in it.
func (w Window) Holds(at time.Time) bool {
	at = at.In(messages.Zone)
	minute := 60*at.Hour() + at.Minute()
	if w.from < w.until {
		return w.from <= minute && minute < w.until
	}
	return w.from <= minute || minute < w.until
}

func (w Window) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.from/60, w.from%60, w.until/60, w.until%60)
}
