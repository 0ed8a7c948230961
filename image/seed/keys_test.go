package seed_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"checkpoint/image/seed"
)

// Whoever misspells a key reads which one it should be.
func TestAnUnknownKeyNamesTheNearest(t *testing.T) {
	for text, want := range map[string]string{
		"restart_windows = \"02:00-04:30\"":   `there is no key "restart_windows"; is it "restart_window"?`,
		"restart-window = \"02:00-04:30\"":    `is it "restart_window"?`,
		"dircetion = \"in\"":                  `is it "direction"?`,
		"ssid = \"nha\"":                      `there is no key "ssid"; there are: site, site_type, lane,`,
		"gateway = \"192.168.1.1\"":           `is it "gateway" below the line [network]?`,
		"[wifi]\nnane = \"nha\"":              `is it "name" below the line [wifi]?`,
		"[wifi]\nchannel = 1":                 `there is no key "wifi.channel"; there are: name, password, country`,
		"[wi-fi]\nname = \"nha\"":             `is it "wifi"?`,
		"[mobile]\nsim = \"1234\"":            `there is no key "mobile.sim"; there are: stick`,
		"[update]\nrestart_window = \"2-4\"":  `there is no key "update"; there are: `,
		"[wifi]\nsite = \"Chợ\"":              `there is no key "wifi.site"; is it "site"? That goes above every line [...]`,
		"colour = \"red\"":                    `there is no key "colour"; there are: `,
		"xy = 1":                              `there is no key "xy"; there are: `,
		"restart_window = \"2:00-4:30\"":      `restart_window: a time of the day in Vietnam`,
		"restart_window = \"02:00-02:00\"":    `restart_window: a time of the day in Vietnam`,
		"restart_window = \"23:00-24:00\"":    `restart_window: a time of the day in Vietnam`,
		"restart_window = [\"23:00-04:00\"]":  `restart_window: a value of the wrong kind`,
		"restart_window = \"23:00-04:00\"\n#": "",
	} {
		_, err := seed.Parse([]byte(text + "\n"))
		if got := seed.FaultsOf(err); want == "" && err != nil || want != "" && (len(got) != 1 || !strings.Contains(got[0].EN, want) || got[0].VI == got[0].EN) {
			t.Errorf("%s\nwant %s\ngot  %v", text, want, err)
		}
		boot := t.TempDir()
		if err := os.WriteFile(filepath.Join(boot, seed.File), []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		read, err := seed.Store{Dir: t.TempDir()}.Take(boot)
		if status := string(seed.Report{Read: read}.Text()); err != nil || !strings.Contains(status, want) {
			t.Errorf("the status does not say %s (%v):\n%s", want, err, status)
		}
	}
}

// names are the keys of a struct, those of sections with their name.
func names(kind reflect.Type, section string) (list []string) {
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("toml"), ",")
		if field := kind.Field(i).Type; field.Kind() == reflect.Struct {
			list = append(list, names(field, name+".")...)
			continue
		}
		list = append(list, section+name)
	}
	return list
}

// The card's own file shows every key once with a value that holds, and explains
// it in both languages; the manual names no other.
func TestTheFileAndTheManualNameEveryKey(t *testing.T) {
	text, err := os.ReadFile(seed.File)
	if err != nil {
		t.Fatal(err)
	}
	section, explained, sections := "", false, map[string]string{}
	var shown []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		pair := regexp.MustCompile(`^# ([a-z_]+) = `).FindStringSubmatch(line)
		head := regexp.MustCompile(`^# \[([a-z]+)\]$`).FindStringSubmatch(line)
		switch {
		case line == "":
			explained = false
		case head != nil:
			section = head[1] + "."
		case pair == nil:
			explained = true
		default:
			if !explained {
				t.Errorf("nothing explains %s", line)
			}
			shown = append(shown, section+pair[1])
			if strings.Contains(line, "…") || pair[1] == "scanner_path" {
				continue // not whole, or only with another one
			}
			whole := strings.TrimPrefix(line, "# ") + "\n"
			if section != "" {
				sections[section] += whole
				whole = "[" + strings.TrimSuffix(section, ".") + "]\n" + sections[section]
			}
			if _, err := seed.Parse([]byte(whole)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	known := names(reflect.TypeFor[seed.Seed](), "")
	slices.Sort(known)
	slices.Sort(shown)
	if shown = slices.Compact(shown); !slices.Equal(shown, known) {
		t.Errorf("%s shows\n%v, there are\n%v", seed.File, shown, known)
	}

	manual, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`\\[([a-z]+)\\]`((?: `[a-z_]+`,?)*)(?: `([a-z_]+) = )?").FindAllStringSubmatch(string(manual), -1) {
		for _, name := range regexp.MustCompile(`[a-z_]+`).FindAllString(m[2]+" "+m[3], -1) {
			if !slices.Contains(known, m[1]+"."+name) {
				t.Errorf("the manual names [%s] %s", m[1], name)
			}
		}
	}
	for _, name := range []string{"network.address", "wifi.password", "mobile.stick", "ntp", "ssh_key", "contacts", "scanner", "restart_window"} {
		if !strings.Contains(string(manual), "`"+name[strings.LastIndex(name, ".")+1:]) {
			t.Errorf("the manual does not name %s", name)
		}
	}
}

// A system that the box fell back to keeps the seed of the newer one, passwords
// with it.
func TestASeedOfANewerSystemIsKept(t *testing.T) {
	dir, boot := t.TempDir(), t.TempDir()
	store := seed.Store{Dir: dir}
	if err := store.Keep(parse(t, good)); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, "seed.toml")
	text, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, append([]byte("of_later = \"x\"\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	starred := strings.Replace(good, `"mat khau 'dai' #1"`, `"***"`, 1)
	if err := os.WriteFile(filepath.Join(boot, seed.File), []byte(starred), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := store.Take(boot)
	if err != nil || !r.Fresh || r.Seed.WiFi.Password != parse(t, good).WiFi.Password {
		t.Errorf("%+v, %v", r, err)
	}
}

// What a command fills in stands where it is explained, and says the same when it
// is read; all else stays explained.
func TestAFilledFileStaysExplained(t *testing.T) {
	text, err := parse(t, good).Text()
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, string(text))
	if again.Site != "Chợ Bình Tây, cổng 1" || again.WiFi.Password != "mat khau 'dai' #1" || again.Proxy.User != "may" || !slices.Equal(again.Contacts, []string{"fire", "door"}) || again.RestartWindow != "02:00-04:30" || !again.Mobile.Stick {
		t.Errorf("%+v", again)
	}
	for _, want := range []string{
		"left out: those of the claim.\nsite = 'Chợ Bình Tây, cổng 1'\nsite_type = 'market'\n", "\n# page = true\n", "becomes *** once the box has it.\n[wifi]\nname = ",
		"\n# claim = ", "\n# wiring = \"standard\"\n# wiring = \"none\"\n", "\n# country = \"VN\"\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	bare, err := (&seed.Seed{}).Text()
	sample, errRead := os.ReadFile(seed.File)
	if err != nil || errRead != nil || string(bare) != string(sample) {
		t.Errorf("a file that says nothing is not the card's own: %v, %v\n%s", err, errRead, bare)
	}
	if len(text) > 8192-1024 {
		t.Errorf("%d bytes: the card's file has room for 8192, and a claim takes some", len(text))
	}
}
