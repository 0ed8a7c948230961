package view

import "time"

// Errors of what somebody typed as a day.
var (
	ErrDay   = Say("ngày phải như 2026-11-21", "want a day such as 2026-11-21")
	ErrBirth = Say("ngày sinh phải như 1990-01-31, từ năm 1900 đến hôm nay", "want a birth date such as 1990-01-31, from 1900 to today")
)

// ParseDay reads a day of which something may be recorded, YYYY-MM-DD: at midnight
// UTC. [ErrDay].
func ParseDay(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 2000 || day.Year() > 2999 {
		return day, ErrDay
	}
	return day, nil
}

// ParseBirth reads a birth date of somebody who may live, YYYY-MM-DD. [ErrBirth].
func ParseBirth(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1900 || day.After(time.Now().In(vietnam)) {
		return day, ErrBirth
	}
	return day, nil
}
