package main

import (
	"errors"
	"flag"
	"strconv"
)

// maxDays bounds how long anything is good for: a root lasts longest.
const maxDays = 400

// days is a flag that counts days.
type days int

func (d *days) String() string { return strconv.Itoa(int(*d)) }

func (d *days) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxDays {
		return errors.New("want 1 to 400 days")
	}
	*d = days(n)
	return nil
}

// daysVar defines a flag of 1 to 400 days.
func daysVar(f *flag.FlagSet, into *int, name string, def int, usage string) {
	*into = def
	f.Var((*days)(into), name, usage)
}
