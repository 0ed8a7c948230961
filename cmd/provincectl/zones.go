package main

import (
	"errors"
	"fmt"

	"checkpoint/store/build/input"
	"checkpoint/verify/zones"
)

// readZones reads a zones file as a manifest carries it.
func readZones(path, columns string) ([]byte, error) {
	names, err := readColumns(columns)
	if err != nil {
		return nil, err
	}
	f, err := input.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []zones.Row
	var faults []error
	for z, err := range (&input.Reader{Columns: names}).Zones(path, f) {
		if err != nil {
			faults = append(faults, err)
			continue
		}
		rows = append(rows, zones.Row{Commune: z.Commune, Level: z.Level, From: z.From, Until: z.Until})
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	b, err := zones.Encode(rows)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// zoneWords is what officers and inspectors are shown of the levels.
func zoneWords(b []byte) string {
	table, err := zones.Parse(b)
	if err != nil {
		return "KHÔNG ĐỌC ĐƯỢC / UNREADABLE"
	}
	return fmt.Sprintf("%d dòng / rows, sha256 %s", table.Len(), short(b))
}
