package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
)

func (o *buildOptions) source() (src build.Source, files closers, err error) {
	columns, err := readColumns(o.columns)
	if err != nil {
		return src, nil, err
	}
	reader := func() *input.Reader { return &input.Reader{Columns: columns} } // one for each goroutine
	people := reader()
	src.PeopleFile, src.PeopleLine = o.people, func() int { return people.Line }
	declared := reader()
	src.DeclaredFile, src.DeclaredLine = o.declared, func() int { return declared.Line }
	err = errors.Join(
		open(&files, o.people, people.People, &src.People),
		open(&files, o.doses, reader().Doses, &src.Doses),
		open(&files, o.cases, reader().Cases, &src.Cases),
		open(&files, o.withdrawn, reader().Withdrawals, &src.Withdrawn),
		open(&files, o.tests, reader().Tests, &src.Tests),
		open(&files, o.declared, declared.Declarations, &src.Declared))
	for _, path := range []string{o.people, o.doses, o.cases, o.withdrawn, o.tests, o.declared} {
		src.Size += unpacked(path)
	}
	if err == nil && o.removed != "" {
		src.Removed, err = lines(o.removed)
	}
	return src, files, err
}

// unpacked guesses the size of a file's rows in bytes; 0 when there is none.
func unpacked(path string) int64 {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return 0
	case strings.HasSuffix(path, ".gz"):
		return 5 * info.Size()
	}
	return info.Size()
}

// lines reads a list of document numbers.
func lines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []string
	var faults []error
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		number := strings.ToUpper(strings.TrimSpace(s.Text()))
		switch {
		case number == "":
		case input.KindOf(number) == checkpoint.KindNone:
			faults = append(faults, fmt.Errorf("%s:%d: want one document number a line", path, n))
		default:
			list = append(list, number)
		}
	}
	return list, errors.Join(append(faults, s.Err())...)
}
