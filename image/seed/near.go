package seed

import (
	"os"
	"regexp"
	"strings"
)

// Near is a file on the card that is not called as it may be meant to: Notepad
// puts .txt behind a name, browsers (1), and both are hidden on many computers.
type Near struct{ Name, Meant string }

// fileNames are all that a technician brings or finds on the card.
var fileNames = []string{File, StatusFile, "checkpoint-claim.txt", "checkpoint-request.cbor", "checkpoint-reply.cbor"}

var nearName = regexp.MustCompile(`(?i)^checkpoint.*\.(toml|txt|cbor)(\.txt)?$`)

// nearIn looks for such files.
func nearIn(boot string) (list []Near) {
	entries, _ := os.ReadDir(boot) // what cannot be listed is told where it is read
	for _, e := range entries {
		if known(e.Name()) || !nearName.MatchString(e.Name()) {
			continue
		}
		meant := File
		for _, name := range fileNames[2:] {
			if part, _, _ := strings.Cut(name, "."); strings.Contains(strings.ToLower(e.Name()), part) {
				meant = name
			}
		}
		list = append(list, Near{e.Name(), meant})
	}
	return list
}

func known(name string) bool {
	for _, is := range fileNames {
		if strings.EqualFold(is, name) {
			return true
		}
	}
	return false
}
