package main

import (
	"strconv"

	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// stretchFlag is --stretch, which does not have to be given.
type stretchFlag struct{ given, on bool }

func (s *stretchFlag) IsBoolFlag() bool { return true }

func (s *stretchFlag) String() string { return "" }

func (s *stretchFlag) Set(text string) (err error) {
	s.on, err = strconv.ParseBool(text)
	s.given = true
	return err
}

// of is the stretch of a new base: what the flag says, else what the province
// chose when it made its keys. A layer on another snapshot follows that one.
func (s *stretchFlag) of(dir string) (snapshot.Stretch, error) {
	on := s.on
	if !s.given {
		b, err := keys.ReadBuild(dir)
		if err != nil {
			return snapshot.StretchNone, err
		}
		on = b.Stretch
	}
	if on {
		return snapshot.StretchArgon2id, nil
	}
	return snapshot.StretchNone, nil
}
