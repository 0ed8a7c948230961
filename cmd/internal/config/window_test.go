package config

import (
	"testing"
	"time"
)

func TestAWindowIsATimeOfTheDayInVietnam(t *testing.T) {
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 22, hour-7, minute, 0, 0, time.UTC) }
	for text, c := range map[string]struct{ in, out []time.Time }{
		"02:00-04:30": {[]time.Time{at(2, 0), at(4, 29)}, []time.Time{at(1, 59), at(4, 30), at(14, 0)}},
		"22:30-01:00": {[]time.Time{at(22, 30), at(23, 59), at(0, 0), at(0, 59)}, []time.Time{at(1, 0), at(22, 29), at(12, 0)}},
	} {
		var w Window
		if err := w.UnmarshalText([]byte(text)); err != nil || w.fault != nil || !w.Given() || w.String() != text {
			t.Fatalf("%s: %+v, %v", text, w, err)
		}
		for _, in := range c.in {
			if !w.Holds(in) {
				t.Errorf("%s does not hold %s", text, in)
			}
		}
		for _, out := range c.out {
			if w.Holds(out) {
				t.Errorf("%s holds %s", text, out)
			}
		}
	}
	if (Window{}).Given() {
		t.Error("no window is one")
	}
}

func TestGarbledWindowsAreFaults(t *testing.T) {
	for _, text := range []string{"", "2:00-4:00", "02:00", "24:00-01:00", "02:60-03:00", "02:00-02:00", "02:00-03:00x", "-1:00-03:00", "ab:cd-ef:gh"} {
		var w Window
		if err := w.UnmarshalText([]byte(text)); err != nil || w.fault == nil || w.Given() {
			t.Errorf("%q: %+v, %v", text, w, err)
		}
	}
}
