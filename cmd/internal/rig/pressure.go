package rig

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Pressure is how long any process has waited for a processor or the disk
// (Documentation/accounting/psi.rst): on a shared machine, what a slow scan may
// be due to.
type Pressure struct {
	at      time.Time
	cpu, io time.Duration
}

// PressureNow begins a measurement.
func PressureNow() Pressure {
	return Pressure{time.Now(), stalled("cpu"), stalled("io")}
}

func stalled(what string) time.Duration {
	text, err := os.ReadFile("/proc/pressure/" + what) // none: 0
	if err != nil {
		return 0
	}
	some, _, _ := strings.Cut(string(text), "\n")
	_, total, _ := strings.Cut(some, "total=")
	us, err := strconv.ParseInt(total, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(us) * time.Microsecond
}

// String tells what has been since.
func (p Pressure) String() string {
	now := PressureNow()
	share := func(d time.Duration) float64 { return 100 * d.Seconds() / now.at.Sub(p.at).Seconds() }
	return fmt.Sprintf("meanwhile somebody waited %.0f %% of the time for a processor, %.0f %% for the disk", share(now.cpu-p.cpu), share(now.io-p.io))
}
