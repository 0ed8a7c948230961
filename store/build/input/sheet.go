package input

import (
	"path/filepath"
	"strings"
)

// Sheet is one of the inputs, by the word its file names begin with.
type Sheet string

// The inputs.
const (
	SheetPeople       Sheet = "people"
	SheetDoses        Sheet = "doses"
	SheetTests        Sheet = "tests"
	SheetCases        Sheet = "cases"
	SheetWithdrawn    Sheet = "withdrawn"
	SheetDeclarations Sheet = "declarations"
	SheetZones        Sheet = "zones"
	SheetStaff        Sheet = "staff"
	SheetVisitors     Sheet = "visitors"
	SheetSites        Sheet = "sites"
)

// Sheets are all inputs, in the order of docs/formats.md.
func Sheets() []Sheet {
	return []Sheet{
		SheetPeople, SheetDoses, SheetTests, SheetCases, SheetWithdrawn,
		SheetDeclarations, SheetZones, SheetStaff, SheetVisitors, SheetSites,
	}
}

// SheetOf tells an input by its file name: people.csv, people-2.csv.gz and
// People_2025.csv.zst are people, peoples.csv is nothing.
func SheetOf(path string) (Sheet, bool) {
	name := strings.ToLower(filepath.Base(path))
	for _, s := range Sheets() {
		rest, found := strings.CutPrefix(name, string(s))
		if found && (rest == "" || !letters(rest[:1])) {
			return s, true
		}
	}
	return "", false
}

// columns are those the sheet's reader knows.
func (s Sheet) columns() []column {
	switch s {
	case SheetPeople:
		return peopleColumns()
	case SheetDoses:
		return doseColumns()
	case SheetTests:
		return testColumns()
	case SheetCases:
		return caseColumns()
	case SheetWithdrawn:
		return withdrawnColumns()
	case SheetDeclarations:
		return declarationColumns()
	case SheetZones:
		return zoneColumns()
	case SheetStaff:
		return staffColumns()
	case SheetVisitors:
		return listColumns("host", true)
	case SheetSites:
		return siteColumns()
	}
	return nil
}
