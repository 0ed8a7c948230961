package checkpoint_test

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The guards of ARCHITECTURE.md: who may import whom, and what the programs on
// a box are made of.

const module = "checkpoint"

// unit is what these tests ask about a package.
type unit struct {
	ImportPath, Dir   string
	GoFiles, CgoFiles []string
	Imports, Deps     []string
	Standard          bool
	Error             *struct{ Err string }
}

// list asks the go command about packages, as they are built for a box: without
// cgo, for linux on that architecture. extra may add flags.
func list(t *testing.T, arch string, args ...string) []unit {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,GoFiles,CgoFiles,Imports,Deps,Standard,Error"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, complaints.String())
	}
	var units []unit
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var u unit
		if err := d.Decode(&u); err != nil {
			t.Fatal(err)
		}
		units = append(units, u)
	}
	return units
}

// below tells whether a package is root or lies below it.
func below(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func ours(path string) bool { return below(path, module) }

// arrow says what the packages below a folder may import of this module,
// besides themselves. A folder named further down wins over one above.
type arrow struct {
	folder string
	may    []string
	why    string
}

func arrows() []arrow {
	return []arrow{
		{"checkpoint/cmd", []string{"checkpoint"}, "commands wire everything"},
		{"checkpoint/cmd/internal/cli", nil, "the manners of the commands know nothing of the product"},
		{"checkpoint/console", []string{}, "the console shows views and passes answers on; it decides nothing"},
		{"checkpoint/device", []string{}, "hardware knows nothing of storage, rules or networks"},
		{"checkpoint/image", []string{"checkpoint/store/durable", "checkpoint/store/release", "checkpoint/store/system"}, "the card is set up before anything else runs"},
		{"checkpoint/scanner", []string{}, "devices are handed in through an interface that scanner owns"},
		{"checkpoint/store", []string{}, "storage knows nothing of devices, rules or networks"},
		{"checkpoint/sync", []string{"checkpoint/store"}, "what goes up and down is stored first; rules and devices are not its business"},
		{"checkpoint/verify", []string{"checkpoint/store/fold"}, "the register comes in through an interface that verify owns"},
	}
}

func TestArrowsOfTheArchitecture(t *testing.T) {
	for _, u := range list(t, "amd64", "./...") {
		if u.Error != nil {
			t.Errorf("%s: %s", u.ImportPath, u.Error.Err)
		}
		rule, ok := arrowOf(u.ImportPath)
		if u.ImportPath != module && !ok {
			t.Errorf("%s lies in a folder that ARCHITECTURE.md does not name", u.ImportPath)
		}
		for _, path := range u.Imports {
			if !ours(path) {
				continue
			}
			switch {
			case u.ImportPath == module:
				t.Errorf("the root package imports %s: it holds the words that all others share", path)
			case path == module && rule.may != nil, below(path, rule.folder):
			case !slices.ContainsFunc(rule.may, func(may string) bool { return below(path, may) }):
				t.Errorf("%s imports %s: %s", u.ImportPath, path, rule.why)
			}
		}
	}
}

func arrowOf(path string) (best arrow, found bool) {
	for _, a := range arrows() {
		if below(path, a.folder) && len(a.folder) > len(best.folder) {
			best, found = a, true
		}
	}
	return best, found
}

func TestRootPackageImportsTheStandardLibraryOnly(t *testing.T) {
	for _, u := range list(t, "amd64", "-deps", ".") {
		if !u.Standard && u.ImportPath != module {
			t.Errorf("the root package needs %s: whoever uses a word of the product would link it", u.ImportPath)
		}
	}
}

// What a box must not carry, and why. A name that ends in / stands for
// everything below it.
func forbidden() map[string]string {
	return map[string]string{
		"github.com/jackc/":                "the database is the province's",
		"github.com/mochi-mqtt/server/":    "the broker is for make run and tests; a box has none",
		"github.com/schollz/progressbar/":  "a daemon has nobody to draw bars for",
		"github.com/makiuchi-d/gozxing/":   "cards are printed in the province",
		"codeberg.org/go-pdf/":             "paper is printed in the province",
		"github.com/go-fonts/":             "likewise",
		"github.com/hanwen/go-fuse/":       "the lossy file system is for crash tests",
		"github.com/rogpeppe/go-internal/": "scripts are for tests",
		"github.com/Shopify/toxiproxy/":    "bad links are for tests",
		"github.com/rs/zerolog/":           "the log of that proxy",
		"pgregory.net/":                    "property tests are for tests",
		"filippo.io/age/":                  "backups of keys are made and opened in the province",
		"checkpoint/store/keys/backup/":    "likewise",
		"checkpoint/store/build/":          "CSV files and invented people stay in the province",
		"checkpoint/store/lossfs/":         "the lossy file system is for crash tests",
		"checkpoint/sync/rollout/":         "a box has no view of the others",
		"checkpoint/sync/collector/":       "the box holds no key that opens records",
		"checkpoint/sync/enrol/office/":    "a box issues no certificates and signs no commands",
		"checkpoint/verify/dcc/dcctest/":   "invented passports are for tests",
		"github.com/santhosh-tekuri/":      "the official schema is what tests compare with",
		"checkpoint/cmd/demo/":             "the sample checkpoint runs around the daemon, not in it",
		"checkpoint/device/lab/":           "virtual hardware is for tests",
		"checkpoint/device/node/nodetest/": "invented devices are for tests",
		"checkpoint/device/serial/pty/":    "virtual scanners are for trying the box out",
		"checkpoint/scanner/readertest/":   "scanners to test readers with are for tests",
		"github.com/prometheus/":           "metrics are a few lines of text; the library lints them in a test",
		"testing/":                         "test helpers do not belong in a daemon",
	}
}

// The tool of the technician may read CSV files, but no database.
func TestNothingOnABoxKnowsTheDatabase(t *testing.T) {
	for _, u := range list(t, "arm64", "-deps", "./cmd/checkpointctl") {
		if below(u.ImportPath, "github.com/jackc") || below(u.ImportPath, "checkpoint/sync/collector") {
			t.Errorf("checkpointctl links %s: what reaches the province's database stays in the province", u.ImportPath)
		}
	}
}

func TestWhatTheDaemonIsMadeOf(t *testing.T) {
	for _, u := range list(t, "arm64", "-deps", "./cmd/checkpointd") {
		for name, why := range forbidden() {
			if below(u.ImportPath, strings.TrimSuffix(name, "/")) {
				t.Errorf("checkpointd links %s: %s", u.ImportPath, why)
			}
		}
	}
}

// Shipped programs are one static file each, for both machines.
func TestShippedProgramsNeedNoCgo(t *testing.T) {
	for _, arch := range []string{"arm64", "amd64"} {
		for _, u := range list(t, arch, "-deps", "./cmd/checkpointd", "./cmd/checkpointctl", "./cmd/provincectl", "./cmd/collectord") {
			if u.Error != nil {
				t.Errorf("%s on %s without cgo: %s", u.ImportPath, arch, u.Error.Err)
			}
			if !u.Standard && (len(u.CgoFiles) > 0 || slices.Contains(u.Imports, "C")) {
				t.Errorf("%s needs cgo on %s: it would not run on an image without a C library", u.ImportPath, arch)
			}
		}
	}
}

// One place says what a package promises.
func TestEveryPackageHasOnePackageComment(t *testing.T) {
	for _, u := range list(t, "amd64", "./...") {
		var commented []string
		for _, name := range u.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(u.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				commented = append(commented, name)
			}
		}
		if len(commented) != 1 {
			t.Errorf("%s has %d package comments %v, want one", u.ImportPath, len(commented), commented)
		}
	}
}

// Files stay of a size that can be read in one go.
func TestNoFileIsTooLong(t *testing.T) {
	const most = 400
	for _, u := range list(t, "amd64", "./...") {
		for _, name := range u.GoFiles {
			b, err := os.ReadFile(filepath.Join(u.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(b, []byte("\n")); n > most {
				t.Errorf("%s/%s has %d lines: split it by idea, at most %d", u.ImportPath, name, n, most)
			}
		}
	}
}
