package seed

import (
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Parse reads the file. The error is [Faults]: all of them, each with its line
// where it has one.
func Parse(b []byte) (*Seed, error) {
	return parse(b, (*toml.Decoder).DisallowUnknownFields)
}

func parse(b []byte, how func(*toml.Decoder) *toml.Decoder) (*Seed, error) {
	text, faults := clean(b)
	s, wrong := decodeAll(text, how)
	faults = append(faults, wrong...)
	s.Claim = strings.TrimSpace(s.Claim)
	faults = append(faults, s.validate(text)...)
	slices.SortStableFunc(faults, func(a, b *Fault) int { return a.Line - b.Line })
	return s, faults.orNil()
}

// mostFaults is how many lines that cannot be read are told: a file of another
// kind has nothing else.
const mostFaults = 20

// decodeAll goes on past a line that cannot be read, as if it were not there,
// so that all of them are told.
func decodeAll(text string, how func(*toml.Decoder) *toml.Decoder) (*Seed, Faults) {
	var faults Faults
	lines := strings.Split(text, "\n")
	for {
		s := &Seed{}
		err := how(toml.NewDecoder(strings.NewReader(strings.Join(lines, "\n")))).Decode(s)
		var unknown *toml.StrictMissingError
		var wrong *toml.DecodeError
		switch {
		case err == nil:
			return s, faults
		case errors.As(err, &unknown):
			for _, e := range unknown.Errors {
				row, _ := e.Position()
				faults.unknown(row, strings.Join(e.Key(), "."))
			}
			return s, faults
		case !errors.As(err, &wrong):
			faults.add(0, "không đọc được: %v", "cannot be read: %v", err)
			return s, faults
		}
		row, _ := wrong.Position()
		if row < 1 || row > len(lines) || lines[row-1] == "" || len(faults) == mostFaults {
			faults.add(0, "tệp không đọc được như một tệp cấu hình", "the file cannot be read as a configuration")
			return s, faults
		}
		faults.unread(row, lines[row-1], wrong)
		lines[row-1] = ""
	}
}

// unread says what is wrong with a line.
func (f *Faults) unread(row int, line string, wrong *toml.DecodeError) {
	key, value, isPair := strings.Cut(line, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case strings.Contains(wrong.Error(), "already") || strings.Contains(wrong.Error(), "duplicate"):
		f.add(row, "%s có hai lần; giữ một dòng", "%s is there twice; keep one line", key)
	case isPair && len(wrong.Key()) > 0:
		f.add(row, "%s: giá trị không đúng loại; mẫu: site = \"Chợ Bình Tây\", page = true, ntp = [\"10.0.0.1\"]", "%s: a value of the wrong kind; such as: site = \"Chợ Bình Tây\", page = true, ntp = [\"10.0.0.1\"]", key)
	case isPair && strings.Count(value, `"`) == 1:
		f.add(row, "%s: thiếu một dấu nháy \"", "%s: a quote \" is missing", key)
	case isPair && value != "" && !strings.ContainsAny(value[:1], "\"'[{"):
		f.add(row, "%s: giá trị phải nằm trong dấu nháy \"…\"", "%s: the value has to stand in quotes \"…\"", key)
	default:
		f.add(row, "không đọc được; mẫu: tên = \"giá trị\"", "cannot be read; it has to look like: name = \"value\"")
	}
}

// lineOf is where a key of a section stands; 0: nowhere.
func lineOf(text, section, key string) int {
	at := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if name, found := strings.CutPrefix(line, "["); found {
			at, _, _ = strings.Cut(name, "]")
			at = strings.TrimSpace(at)
			continue
		}
		name, _, isPair := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); isPair && (at == section && name == key || at == "" && name == section+"."+key) {
			return i + 1
		}
	}
	return 0
}
