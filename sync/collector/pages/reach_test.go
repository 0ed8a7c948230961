package pages_test

import (
	"cmp"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"checkpoint/sync/collector/pages"
)

// withoutFile are the pages that need none, and why.
var withoutFile = map[string]string{
	"/":         "each of its parts is a page with a file of its own",
	"/password": "it only changes something",
}

// Everything on a page is also a file and a command: the guide names both for each
// page, and the role, as they are. That the commands are there collectord's own
// tests tell.
func TestEveryPageIsAFileAndACommand(t *testing.T) {
	text, err := os.ReadFile("../../../docs/collector.md")
	if err != nil {
		t.Fatal(err)
	}
	command := regexp.MustCompile("`(report|second|person|looks|account) [a-z-]")
	told := map[string][]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| (/[a-z]*) \|(.*)\|$`).FindAllStringSubmatch(string(text), -1) {
		told[row[1]] = strings.Split(row[2], "|")
	}
	for _, r := range pages.Routes() {
		cells := told[r.Path]
		if len(cells) != 4 {
			t.Errorf("%s: the guide's table has %q", r.Path, cells)
			continue
		}
		delete(told, r.Path)
		if role := strings.Fields(cells[0])[0]; strings.Trim(role, ",") != cmp.Or(string(r.Role), "–") {
			t.Errorf("%s wants the role %q, and the guide says %s", r.Path, r.Role, role)
		}
		var kinds []string
		for _, file := range r.Files {
			kinds = append(kinds, strings.ToUpper(strings.TrimPrefix(path.Ext(file), ".")))
		}
		if len(kinds) == 0 && withoutFile[r.Path] == "" || !slices.Contains(kinds, "CSV") && len(kinds) > 0 {
			t.Errorf("%s is no file that a program reads: %v", r.Path, kinds)
		}
		if files := strings.TrimSpace(strings.TrimSuffix(cells[2], ", JSON of a person ")); files != cmp.Or(strings.Join(kinds, ", "), "–") {
			t.Errorf("%s has the files %v, and the guide says %s", r.Path, kinds, files)
		}
		if !command.MatchString(cells[3]) {
			t.Errorf("%s is no command: %s", r.Path, cells[3])
		}
	}
	for path := range told {
		t.Errorf("the guide has a page %s, and there is none", path)
	}
}
