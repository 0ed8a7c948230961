package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"checkpoint/store/build"
	"checkpoint/store/build/input"
)

// listed reads the lists of sites. Appointments that were over when the data
// were taken are left out: boxes need not carry them.
func (o *buildOptions) listed(created time.Time) (map[string]*build.SiteRows, error) {
	sites := map[string]*build.SiteRows{}
	of := func(id string) *build.SiteRows {
		if sites[id] == nil {
			sites[id] = &build.SiteRows{}
		}
		return sites[id]
	}
	columns, err := readColumns(o.columns)
	if err != nil {
		return nil, err
	}
	rd := &input.Reader{Columns: columns}
	lines, twice := map[string]int{}, []error{}
	staff := eachRow(o.staff, rd.Staff, func(s input.Staff) {
		key := s.Site + "|" + build.ListKey(s.Who)
		if line := lines[key]; line > 0 {
			twice = append(twice, fmt.Errorf("%s:%d: stands in line %d too: want one row for each person of a site's staff, from the first day to the last", o.staff, rd.Line, line))
			return
		}
		lines[key] = rd.Line
		of(s.Site).Staff = append(of(s.Site).Staff, s)
	})
	visitors := eachRow(o.visitors, rd.Visitors, func(v input.Visitor) {
		if build.Upcoming(v, created) {
			of(v.Site).Visitors = append(of(v.Site).Visitors, v)
		}
	})
	return sites, errors.Join(append([]error{staff, visitors}, twice...)...)
}

// eachRow reads a whole file; an empty path is no file. Rows that cannot be used
// are all told.
func eachRow[T any](path string, read func(string, io.Reader) iter.Seq2[T, error], do func(T)) error {
	if path == "" {
		return nil
	}
	var files closers
	defer func() { files.close() }()
	var rows iter.Seq2[T, error]
	if err := open(&files, path, read, &rows); err != nil {
		return err
	}
	var faults []error
	for v, err := range rows {
		if err != nil {
			faults = append(faults, err)
			continue
		}
		do(v)
	}
	return errors.Join(faults...)
}
