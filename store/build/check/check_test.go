package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/store/build/input"
)

const (
	peopleHead   = "number,full_name,birth_date,sex,issue_date,old_numbers,health_card,passport\n"
	dosesHead    = "number,date,product,dose,course\n"
	declaredHead = "code,number,name,birth_date,declared_at,from_commune,to_commune\n"
)

// province writes files and says how to check them.
func province(t testing.TB, files map[input.Sheet]string) Options {
	t.Helper()
	dir := t.TempDir()
	o := Options{Today: checkpoint.Date{Year: 2025, Month: 3, Day: 1}, Show: 3, Temp: t.TempDir(), ParseNumber: parse}
	for _, sheet := range input.Sheets() {
		if text, ok := files[sheet]; ok {
			path := filepath.Join(dir, string(sheet)+".csv")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			o.Files = append(o.Files, File{sheet, path})
		}
	}
	return o
}

// parse knows one birth-registration prefix, 001.
func parse(s string) Number {
	year, err := strconv.Atoi(s[4:6])
	if err != nil {
		panic(err)
	}
	n := Number{BirthYear: 1900 + 100*int((s[3]-'0')/2) + year, Sex: checkpoint.Male, Known: strings.HasPrefix(s, "001")}
	if (s[3]-'0')%2 == 1 {
		n.Sex = checkpoint.Female
	}
	return n
}

func checked(t testing.TB, o Options) *Report {
	t.Helper()
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// summary is "code file: count at lines (file:line)", one a warning.
func summary(r *Report) (all []string) {
	for _, w := range r.Warnings {
		s := fmt.Sprintf("%s %s: %d at", w.Code, strings.TrimSuffix(filepath.Base(w.File), ".csv"), w.Count)
		for _, p := range w.First {
			s += fmt.Sprint(" ", p.Line)
			if p.Other != "" {
				s += fmt.Sprintf("(%s:%d)", strings.TrimSuffix(filepath.Base(p.Other), ".csv"), p.At)
			}
		}
		all = append(all, s)
	}
	return all
}

func TestWarnings(t *testing.T) {
	const an, binh = "001090900001,Nguyễn Văn An,1990-08-15,Nam,2022-03-15", "001190900002,Trần Thị Bình,1990-08-16,Nữ,2022-03-15"
	good := peopleHead + an + ",912345678,0100000001,C1234567\n" + binh + ",,,\n"
	for _, c := range []struct {
		name  string
		files map[input.Sheet]string
		want  []string
	}{
		{"nothing to say", map[input.Sheet]string{
			input.SheetPeople:    good,
			input.SheetDoses:     dosesHead + "001090900001,2025-03-01,Pfizer,1,2\n912345678,2024-01-01,Pfizer,2,2\nC1234567,2024-01-01,Pfizer,2,2\n",
			input.SheetTests:     "number,kind,result,taken_at\n001190900002,PCR,negative,2025-03-01 23:59\n",
			input.SheetCases:     "number,status,from,until\n001190900002,F1,1990-08-16,\n",
			input.SheetWithdrawn: "kind,number,reason,since\ncmnd,912345678,replaced,2022-03-15\nbhyt,DN4010100000001,lost,2026-01-01\npassport,C1234567,lost,2022-01-01\n",
			input.SheetDeclarations: declaredHead + "K1,001090900001,NGUYEN VAN AN,1990,2025-03-01 12:00,,\n" +
				"K2,079090900001,NGUYEN VAN KHACH,1990,2025-03-01 12:00,,\n",
			input.SheetStaff:    "site,number,full_name,birth_date\nm,001190900002,TRẦN THỊ BÌNH,1990\nm,,Ai Đó,1990\n",
			input.SheetVisitors: "site,number,from,until\nm,001190900002,2025-03-01,2025-03-01\n",
			input.SheetZones:    "commune,level,from,until\n00001,4,2025-03-10,\n",
			input.SheetSites:    "site,name,type,commune\nm,Chợ,mall,00001\n",
		}, nil},
		{"a number that contradicts its row", map[input.Sheet]string{input.SheetPeople: peopleHead +
			"001090900001,Nguyễn Văn An,1991-08-15,Nam,,,,\n001090900002,Nguyễn Văn An,1990-08-15,Nữ,,,,\n003090900003,Nguyễn Văn An,1990-08-15,Nam,,,,\n" +
			"001290900004,Nguyễn Văn An,1990-08-15,Nam,,,,\n912345678,Nguyễn Văn An,1990-08-15,Nữ,,,,\n"},
			[]string{"number-birth-year people: 2 at 2 5", "number-sex people: 1 at 3", "number-prefix people: 1 at 4"}},
		{"one number twice", map[input.Sheet]string{input.SheetPeople: peopleHead + an + ",,,\n" + binh + ",,,\n" + strings.Repeat(an+",,,\n", 4)},
			[]string{"same-number people: 4 at 4(people:2) 5(people:2) 6(people:2)"}},
		{"one further document twice", map[input.Sheet]string{input.SheetPeople: peopleHead +
			an + ",912345678;912345678,0100000001,\n" + binh + ",,DN4010100000001,\n912345678,Ai Đó,1950,Nam,,,,\n"},
			[]string{"same-document people: 3 at 2(people:4) 2(people:4) 3(people:2)"}},
		{"the main number repeated as an old one is the same", map[input.Sheet]string{input.SheetPeople: peopleHead + an + ",001090900001,,\n"}, nil},
		{"dates that cannot be", map[input.Sheet]string{
			input.SheetPeople:       peopleHead + an + ",912345678,,\n001290900004,Bé,2090-08-15,Nam,,,,\n001190900002,Trần Thị Bình,1990-08-16,Nữ,1980-01-01,,,\n",
			input.SheetDoses:        dosesHead + "001090900001,2025-03-02,,1,2\n001090900001,1990-08-14,,1,2\n912345678,1980-01-01,,1,2\n",
			input.SheetTests:        "number,kind,result,taken_at\n001090900001,PCR,negative,2025-03-02 00:00\n",
			input.SheetCases:        "number,status,from,until\n001090900001,F1,1990-01-01,\n",
			input.SheetDeclarations: declaredHead + "K1,001090900001,NGUYEN VAN AN,1990,2025-03-02 00:00,,\n",
		}, []string{
			"in-future people: 1 at 3", "before-birth people: 1 at 4",
			"in-future doses: 1 at 2", "before-birth doses: 2 at 3(people:2) 4(people:2)",
			"in-future tests: 1 at 2", "before-birth cases: 1 at 2(people:2)", "in-future declarations: 1 at 2",
		}},
		{"numbers nobody has", map[input.Sheet]string{
			input.SheetPeople:    good,
			input.SheetDoses:     dosesHead + "001090900009,2024-12-01,,1,2\n001090900001,2024-12-01,,1,2\n001090900009,2024-12-01,,1,2\n",
			input.SheetTests:     "number,kind,result,taken_at\n812345678,PCR,negative,2024-12-01\n",
			input.SheetCases:     "number,status,from,until\nC1234568,F1,2024-12-01,\n",
			input.SheetWithdrawn: "kind,number,reason,since\nbhyt,0912345678,lost,2024-12-01\n",
		}, []string{"not-in-people doses: 2 at 2 4", "not-in-people tests: 1 at 2", "not-in-people cases: 1 at 2", "not-in-people withdrawn: 1 at 2"}},
		{"another name", map[input.Sheet]string{
			input.SheetPeople:       good,
			input.SheetDeclarations: declaredHead + "K1,001090900001,NGUYEN VAN ANH,1990,2025-02-28,,\nK1,001190900002,tran  thi binh,1990,2025-02-28,,\n",
			input.SheetStaff:        "site,number,full_name,birth_date\nm,001190900002,TRẦN VĂN BÌNH,1990\n",
			input.SheetVisitors:     "site,number,full_name,from,until\nm,001090900001,An,2025-03-01,2025-03-01\n",
		}, []string{"same-code declarations: 1 at 3(declarations:2)", "name-differs declarations: 1 at 2(people:2)", "name-differs staff: 1 at 2(people:3)", "name-differs visitors: 1 at 2(people:2)"}},
		{"sites", map[input.Sheet]string{
			input.SheetStaff: "site,number\nm,001190900002\nn,001190900002\nM,001190900002\n",
			input.SheetSites: "site,name,type,commune\nm,Chợ,mall,00001\nm,Chợ,mall,00001\n",
		}, []string{"no-such-site staff: 2 at 3 4", "same-site sites: 1 at 3(sites:2)"}},
		{"somebody twice on a staff", map[input.Sheet]string{
			input.SheetStaff: "site,number,full_name,birth_date,from,until\nm,001190900002,,,2025-01-01,2025-01-31\nm,001190900002,,,2025-02-01,\nn,001190900002,,,,\nm,,Ai Đó,1990,,\nm,,AI ĐO,1990,,\nm,,Ai Đó,1991,,\n",
		}, []string{"same-staff staff: 2 at 3(staff:2) 6(staff:5)"}},
		{"names that look like others", map[input.Sheet]string{
			input.SheetPeople:       peopleHead + strings.Replace(an, "An", "\u0410n", 1) + ",,,\n", // Cyrillic
			input.SheetDeclarations: declaredHead + "K1,C1234567,NGUYEN\u200B VAN AN,1990,2025-02-28,,\nK2,C1234568,H\u02BCHEN NIE,1990,2025-02-28,,\nK3,C1234569,O'Brien-Ångström 2nd.,1990,2025-02-28,,\n",
			input.SheetVisitors:     "site,number,full_name,from,until\nm,C1234567,\u202Enauq nậuhT,2025-03-01,2025-03-01\n",
		}, []string{"odd-name people: 1 at 2", "odd-name declarations: 1 at 2", "odd-name visitors: 1 at 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := checked(t, province(t, c.files))
			for _, f := range r.Files {
				if f.Err != nil || f.Rejected > 0 {
					t.Fatalf("%s: %v %v", f.Path, f.Faults, f.Err)
				}
			}
			if got := summary(r); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// A spreadsheet's semicolons are kept: what is rejected can be mended in the
// same program.
func TestRejectedRowsKeepTheirSemicolons(t *testing.T) {
	o := province(t, map[input.Sheet]string{input.SheetDoses: "\xEF\xBB\xBFnumber;date;product;dose;course\r\n001090900001;2024-12-01;Pfizer, child;1;2\r\n001090900001;2024-12-32;Pfizer, child;2;2\r\n"})
	o.Rejects = t.TempDir()
	f := checked(t, o).Files[0]
	if f.Rows != 2 || f.Rejected != 1 {
		t.Fatalf("%+v", f)
	}
	b, err := os.ReadFile(f.Rejects)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.Files[0].Path, []byte(strings.Replace(string(b), "12-32", "12-31", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Rejects = ""
	if mended := checked(t, o).Files[0]; mended.Err != nil || mended.Usable != 1 {
		t.Errorf("%q, mended: %+v", b, mended)
	}
}

func TestPeopleInSeveralFilesAreOneList(t *testing.T) {
	row := "001090900001,Nguyễn Văn An,1990-08-15,Nam,2022-03-15,,,\n"
	first, second := province(t, map[input.Sheet]string{input.SheetPeople: peopleHead + row}), province(t, map[input.Sheet]string{input.SheetPeople: peopleHead + row})
	second.Files = append(first.Files, second.Files...)
	r := checked(t, second)
	if len(r.Warnings) != 1 || r.Warnings[0].File != second.Files[1].Path || r.Warnings[0].First[0] != (Place{2, second.Files[0].Path, 2}) {
		t.Errorf("%+v", r.Warnings)
	}
}

func TestNothingIsComparedWithPeopleWhoCouldNotBeRead(t *testing.T) {
	doses := dosesHead + "001090900001,2024-12-01,,1,2\n"
	for name, files := range map[string]map[input.Sheet]string{
		"no people file":    {input.SheetDoses: doses},
		"no header":         {input.SheetPeople: "001090900001,An\n", input.SheetDoses: doses},
		"quote left open":   {input.SheetPeople: peopleHead + `"` + strings.Repeat("001090900001,An,1990,Nam,,,,\n", 50_000), input.SheetDoses: doses},
		"no sites but list": {input.SheetStaff: "site,number\nm,001190900002\n"},
	} {
		r := checked(t, province(t, files))
		if r.Compared || len(r.Warnings) > 0 {
			t.Errorf("%s: compared %v, warnings %v", name, r.Compared, summary(r))
		}
		if _, given := files[input.SheetPeople]; given != (r.Files[0].Err != nil) {
			t.Errorf("%s: %v", name, r.Files[0].Err)
		}
	}
	o := Options{Files: []File{{input.SheetPeople, filepath.Join(t.TempDir(), "people.csv")}}, Show: 3}
	if r := checked(t, o); !errors.Is(r.Files[0].Err, fs.ErrNotExist) {
		t.Errorf("no such file: %v", r.Files[0].Err)
	}
}

// Rows = usable + rejected, the rejects file has each rejected row as it was,
// and mended it is accepted.
func TestNoRowIsDroppedAndMendedRejectsAreAccepted(t *testing.T) {
	head, good := "ghi chú,"+strings.TrimSuffix(dosesHead, "\n"), `"a, ""b""",001090900001,2024-12-01,Pfizer,2,2`
	damage := map[string]string{"": "", `"a, ""b"""`: `a "b`, "001090900001": "1090900001", "2024-12-01": "2024-12-32", ",2,2": ",2", "Pfizer": "Pf\xFFzer"}
	rapid.Check(t, func(rt *rapid.T) {
		lines, bad := []string{head}, []string{}
		for range rapid.IntRange(0, 30).Draw(rt, "rows") {
			row := good
			if old := rapid.SampledFrom(slices.Sorted(maps.Keys(damage))).Draw(rt, "damage"); old != "" {
				row = strings.Replace(good, old, damage[old], 1)
				bad = append(bad, fmt.Sprint(len(lines)+1)+":"+row)
			}
			lines = append(lines, row)
		}
		o := province(t, map[input.Sheet]string{input.SheetDoses: strings.Join(lines, "\n") + "\n"})
		o.Rejects = filepath.Join(t.TempDir(), "mend")
		f := checked(t, o).Files[0]
		if f.Rows != len(lines)-1 || f.Rejected != len(bad) || f.Usable != f.Rows-f.Rejected {
			rt.Fatalf("%d rows, %d usable, %d rejected; want %d rows, %d rejected", f.Rows, f.Usable, f.Rejected, len(lines)-1, len(bad))
		}
		if len(bad) == 0 {
			if f.Rejects != "" {
				rt.Fatalf("%s, but nothing was rejected", f.Rejects)
			}
			return
		}
		text, err := os.ReadFile(f.Rejects)
		if err != nil {
			rt.Fatal(err)
		}
		written := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if written[0] != RejectLine+","+RejectReason+","+head || len(written) != len(bad)+1 {
			rt.Fatalf("rejects file:\n%s", text)
		}
		for i, row := range written[1:] {
			line, original, _ := strings.Cut(bad[i], ":")
			if !strings.HasPrefix(row, line+`,"`) || !strings.HasSuffix(row, `",`+original) {
				rt.Fatalf("rejected row %q, want line %s and %q", row, line, original)
			}
			written[i+1] = strings.TrimSuffix(row, original) + good
		}
		if err := os.WriteFile(f.Rejects, []byte(strings.Join(written, "\n")+"\n"), 0o600); err != nil {
			rt.Fatal(err)
		}
		mended := checked(t, Options{Files: []File{{input.SheetDoses, f.Rejects}}, Show: 3}).Files[0]
		if mended.Usable != len(bad) || mended.Rejected != 0 || mended.Err != nil {
			rt.Fatalf("mended: %+v", mended)
		}
	})
}
