package sample

import (
	"time"

	"checkpoint"
)

// day counts days from 1 January 1970, so that dates can be added up.
type day int

func dayOf(d checkpoint.Date) day { return day(d.First().Unix() / 86400) }

func dayFrom(year, month, dayOfMonth int) day {
	return day(time.Date(year, time.Month(month), dayOfMonth, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d day) date() checkpoint.Date {
	return checkpoint.DateOf(time.Unix(int64(d)*86400, 0).UTC())
}

// birthday is the day on which someone born on d becomes age years old.
func (d day) birthday(age int) day {
	b := d.date()
	return dayFrom(b.Year+age, b.Month, b.Day)
}

// The days from which cards exist.
func chipEra() day    { return dayFrom(2021, 1, 4) } // first CCCD with a chip
func cancuocEra() day { return dayFrom(2024, 7, 1) } // Law on Identification 26/2023/QH15 in force
