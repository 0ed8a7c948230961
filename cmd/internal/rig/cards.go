package rig

import (
	"fmt"
	"os"
	"path/filepath"

	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
)

// Spread visits all people in an order without neighbours in the snapshot, if
// it shares no divisor with their number.
const Spread = 387_413

// Amber is the index of the sample's cast that a guard is asked about.
const Amber = 1

// Cards hands out people who are admitted, each once.
type Cards struct {
	Province *sample.Province
	People   int
	next     int
}

// Green is the payload of the next person whom the sample policy admits.
func (c *Cards) Green() (string, error) {
	for ; c.next < c.People; c.next++ {
		i := c.next * Spread % c.People
		if p := c.Province.Person(i); i >= sample.MinPeople && admitted(p) {
			c.next++
			return c.Province.Payload(i), nil
		}
	}
	return "", fmt.Errorf("a province of %d has too few admitted people", c.People)
}

// admitted is narrower than the policy: nothing that could be a question.
func admitted(p sample.Person) bool {
	return !p.Issued.IsZero() && p.Birth.Day != 0 && len(p.Doses) == 2 && len(p.Cases)+len(p.Withdrawn) == 0
}

// Enrol gives a box what an enrolment would: the province's public keys and
// the pepper.
func Enrol(from, state string) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	for _, name := range []string{keys.ProvinceFile, keys.PepperFile} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(state, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
