package input

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/unicode/norm"

	"checkpoint"
)

func on(year, month, day int) checkpoint.Date {
	return checkpoint.Date{Year: year, Month: month, Day: day}
}

// readsRows reads a sheet of good rows and rows that must each be rejected for
// the column they are listed under.
func readsRows[T any](t *testing.T, read func(string, io.Reader) iter.Seq2[T, error], head string, good map[string]T, bad map[string]string) {
	t.Helper()
	for line, want := range good {
		got, errs := collect(read("f", strings.NewReader(head+"\n"+line+"\n")))
		if len(errs) > 0 || !reflect.DeepEqual(got, []T{want}) {
			t.Errorf("%s\ngot  %+v %v\nwant %+v", line, got, errs, want)
		}
	}
	for line, column := range bad {
		got, errs := collect(read("f", strings.NewReader(head+"\n"+line+"\n")))
		var why *RowError
		if len(got) > 0 || len(errs) != 1 || !errors.As(errs[0], &why) || why.Column != column || why.Line != 2 {
			t.Errorf("%s: got %+v %v; want an error about %s", line, got, errs, column)
		}
	}
}

func TestTests(t *testing.T) {
	at := time.Date(2024, 12, 1, 8, 30, 0, 0, Vietnam())
	readsRows(t, new(Reader).Tests, "number,kind,result,taken_at", map[string]Test{
		"001090900011,pcr,positive,2024-12-01 08:30":                              {"001090900011", TestPCR, true, at},
		"001090900011,Rapid,Âm tính,2024-12-01T08:30:00":                          {"001090900011", TestRapid, false, at},
		"c1234567,PCR," + norm.NFD.String("Dương tính") + ",2024-12-01T01:30:00Z": {"C1234567", TestPCR, true, at},
		"001090900011,PCR,negative,01122024":                                      {"001090900011", TestPCR, false, at.Truncate(24 * time.Hour).Add(-7 * time.Hour)},
	}, map[string]string{
		"1090900011,PCR,negative,2024-12-01":         "number",
		"001090900011,smell,negative,2024-12-01":     "kind",
		"001090900011,PCR,,2024-12-01":               "result",
		"001090900011,PCR,maybe,2024-12-01":          "result",
		"001090900011,PCR,negative,2024-12-01 25:00": "taken_at",
		"001090900011,PCR,negative,122024":           "taken_at",
		"001090900011,PCR,negative,0024-12-01 08:00": "taken_at",
		"001090900011,PCR,negative,":                 "taken_at",
	})
}

func TestDeclarations(t *testing.T) {
	readsRows(t, new(Reader).Declarations, "code,number,name,birth_date,declared_at,from_commune,to_commune", map[string]Declaration{
		"KB-77a,001090900011,NGUYEN VAN AN,15081990,2024-12-01 08:30,00001,00004": {
			"KB-77a", "001090900011", "NGUYEN VAN AN", on(1990, 8, 15), time.Date(2024, 12, 1, 8, 30, 0, 0, Vietnam()), "00001", "00004",
		},
		"7,912345678,B,1950,2024-12-01,,": {"7", "912345678", "B", on(1950, 0, 0), time.Date(2024, 12, 1, 0, 0, 0, 0, Vietnam()), "", ""},
	}, map[string]string{
		",001090900011,A,1990,2024-12-01,,":           "code",
		"7,,A,1990,2024-12-01,,":                      "number",
		"7,001090900011,,1990,2024-12-01,,":           "name",
		"7,001090900011,A,,2024-12-01,,":              "birth_date",
		"7,001090900011,A,1990,yesterday,,":           "declared_at",
		"7,001090900011,A,1990,2024-12-01,\xff,":      "from_commune",
		"7,001090900011,A,1990,2024-12-01,123456789,": "from_commune",
		"7,001090900011,A,1990,2024-12-01,,Ba Đình":   "to_commune",
	})
}

func TestZones(t *testing.T) {
	readsRows(t, new(Reader).Zones, "commune,level,from,until", map[string]Zone{
		"00001,4,01122024,":             {"00001", 4, on(2024, 12, 1), checkpoint.Date{}},
		"00001,Green,01122024,01122024": {"00001", 1, on(2024, 12, 1), on(2024, 12, 1)},
		"00001,vàng,01122024,":          {"00001", 2, on(2024, 12, 1), checkpoint.Date{}},
		"00001,CAM,2024-12-01,":         {"00001", 3, on(2024, 12, 1), checkpoint.Date{}},
	}, map[string]string{
		",4,01122024,":              "commune",
		"00001,5,01122024,":         "level",
		"00001,,01122024,":          "level",
		"00001,4,,":                 "from",
		"00001,4,02122024,01122024": "until",
	})
}

func at(y int, m time.Month, d, hour, minute, second int) time.Time {
	return time.Date(y, m, d, hour, minute, second, 0, Vietnam())
}

func TestStaffAndVisitors(t *testing.T) {
	who := Who{"001090900011", "Nguyễn Văn An", on(1990, 8, 15)}
	readsRows(t, new(Reader).Staff, "site,number,full_name,birth_date,role,from,until,card,vaccinated", map[string]Staff{
		"mall-1,001090900011,Nguyễn Văn An,15081990,guard,01122024,31122024,no,1": {"mall-1", who, "guard", No, Yes, on(2024, 12, 1), on(2024, 12, 31)},
		"mall-1,001090900011,,,,,,,":              {"mall-1", Who{Number: "001090900011"}, "", "", "", checkpoint.Date{}, checkpoint.Date{}},
		"mall-1,,Nguyễn Văn An,1990,,,01122024,,": {"mall-1", Who{"", "Nguyễn Văn An", on(1990, 0, 0)}, "", "", "", checkpoint.Date{}, on(2024, 12, 1)},
	}, map[string]string{
		"mall-1,001090900011,An,,,,,maybe,":          "card",
		"mall-1,001090900011,An,,,,,,twice":          "vaccinated",
		",001090900011,,,,,,,":                       "site",
		"mall-1,109,,,,,,,":                          "number",
		"mall-1,,,1990,,,,,":                         "full_name",
		"mall-1,,An,,,,,,":                           "birth_date",
		"mall-1,001090900011,An,never,,,,,":          "birth_date",
		"mall-1,001090900011,,,,122024,,,":           "from",
		"mall-1,001090900011,,,,02122024,01122024,,": "until",
	})
	readsRows(t, new(Reader).Visitors, "host,site,number,full_name,birth_date,from,until", map[string]Visitor{
		"Bình,mall-1,001090900011,Nguyễn Văn An,15081990,01122024,02122024": {"mall-1", who, "Bình", at(2024, 12, 1, 0, 0, 0), at(2024, 12, 2, 23, 59, 59)},
		"Bình,mall-1,001090900011,,,2024-12-01 09:30,2024-12-01 11:00":      {"mall-1", Who{Number: "001090900011"}, "Bình", at(2024, 12, 1, 9, 30, 0), at(2024, 12, 1, 11, 0, 0)},
	}, map[string]string{
		",mall-1,001090900011,,,,02122024":                         "from",
		",mall-1,001090900011,,,02122024,":                         "until",
		",mall-1,001090900011,,,02122024,01122024":                 "until",
		",mall-1,,,,02122024,02122024":                             "full_name",
		",mall-1,001090900011,,,2024-12-01 09:30,2024-12-01 09:00": "until",
	})
}

func TestSites(t *testing.T) {
	readsRows(t, new(Reader).Sites, "site,name,type,commune,contact,place_code", map[string]Site{
		"mall-1,Chợ Lớn,mall,00001,0900000000,HTTPS://example.vn/d/1": {"mall-1", "Chợ Lớn", "mall", "00001", "0900000000", "HTTPS://example.vn/d/1"},
		"mall-1,Chợ Lớn,mall,00001,,":                                 {"mall-1", "Chợ Lớn", "mall", "00001", "", ""},
	}, map[string]string{
		",Chợ,mall,00001,,":             "site",
		"mall-1,,mall,00001,,":          "name",
		"mall-1,Chợ,,00001,,":           "type",
		"mall-1,Chợ,mall,,,":            "commune",
		"mall-1,Chợ,mall,00001,,poster": "place_code",
	})
}

func TestProvinceNamesItsOwnColumns(t *testing.T) {
	columns, err := ParseColumns([]byte("[people]\nnumber = 'SO_DINH_DANH'\nfull_name = 'Họ và tên'\nbirth_date='NS'\nsex='GT'\nissue_date='NC'\ncommune='XA'\n[doses]\nnumber='SO'\n"))
	if err != nil {
		t.Fatal(err)
	}
	rd := &Reader{Columns: columns}
	head := "gt,nc,ns,so_dinh_danh," + norm.NFD.String("HỌ VÀ TÊN") + ",number,xa\n"
	people, errs := collect(rd.People("p", strings.NewReader(head+"Nữ,,1950,912345678,Bình,17,00001\n")))
	if len(errs) > 0 || people[0].Number != "912345678" || people[0].FullName != "Bình" || people[0].Commune != "00001" {
		t.Errorf("%+v %v", people, errs)
	}
	_, errs = collect(rd.People("p", strings.NewReader(head+"Nữ,,3050,912345678,Bình,17,00001\n")))
	if len(errs) != 1 || errs[0].Error() != "p:2: NS: want "+wantDate {
		t.Errorf("%v does not name the province's column", errs)
	}
	_, errs = collect(rd.People("p", strings.NewReader("so_dinh_danh,full_name,ns,gt,nc\n912345678,Bình,1950,Nữ,\n")))
	var header *HeaderError
	if len(errs) != 1 || !errors.As(errs[0], &header) || !reflect.DeepEqual(header.Missing, []string{"Họ và tên (for full_name)", "XA (for commune)"}) {
		t.Errorf("mapped columns that are missing: %v", errs)
	}
	_, errs = collect(rd.Doses("d", strings.NewReader("so,date,dose,course\n912345678,2024-12-01,1,2\n")))
	if len(errs) > 0 {
		t.Errorf("columns that are not mapped keep their names: %v", errs)
	}
}

func TestColumnsThatCannotBeMeantAreErrors(t *testing.T) {
	for text, want := range map[string]string{
		"[people]\nnumber = 'A'\nsurname = 'B'\n":     "3| surname",
		"[person]\nnumber = 'A'\n":                    "1| [person]",
		"[people]\nnumber = 3\n":                      "2| number = 3",
		"[people]\nnumber = 'A'\nfull_name = ' a '\n": "[people] full_name: the same column as number",
		"[people]\nnumber = 'full_name'\n":            "[people] full_name: the same column as number",
		"[cases]\nuntil = ' '\n":                      "[cases] until: want the name of a column",
		"[people\n":                                   "1| [people",
	} {
		if _, err := ParseColumns([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\nwant %q in it", text, err, want)
		}
	}
	every := ""
	for _, sheet := range Sheets() {
		every += "[" + string(sheet) + "]\n"
		for _, c := range sheet.columns() {
			every += c.name + " = 'X_" + c.name + "'\n"
		}
	}
	if _, err := ParseColumns([]byte(every)); err != nil {
		t.Errorf("every column of every input: %v", err)
	}
}

func TestFilesAreToldByTheirNames(t *testing.T) {
	for path, want := range map[string]Sheet{
		"people.csv": SheetPeople, "in/People-2.CSV.gz": SheetPeople, "doses_2025.csv.zst": SheetDoses, "sites": SheetSites, "staff.csv": SheetStaff,
		"peoples.csv": "", "testsites.csv": "", "people/list.csv": "", "": "", "xpeople.csv": "",
	} {
		if got, ok := SheetOf(path); got != want || ok != (want != "") {
			t.Errorf("SheetOf(%q) = %q, %v", path, got, ok)
		}
	}
}

func TestRejectedRowsAreAsInTheFile(t *testing.T) {
	broken := []string{`x,"a ""b""` + "\nc\",1,1,1", "short", `a"b,c`, "\xff\xfe,,,,"}
	for name, file := range map[string]string{
		"plain":           "number,date,product,dose,course\n",
		"byte order mark": "\xEF\xBB\xBFnumber,date,product,dose,course\n",
		"CRLF":            "number,date,product,dose,course\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			end := file[strings.Index(file, "course")+len("course"):]
			good := strings.Repeat("001090900011,2024-12-01,Pfizer,2,2"+end, 5000) // beyond all buffers
			for _, row := range broken {
				file += good + row + end + end
			}
			var got []string
			rd := &Reader{Reject: func(r Rejected) {
				if string(r.Header) != "number,date,product,dose,course" {
					t.Errorf("header %q", r.Header)
				}
				got = append(got, string(r.Row))
			}}
			doses, errs := collect(rd.Doses("d", strings.NewReader(file)))
			if len(doses) != 5000*len(broken) || len(errs) != len(broken) {
				t.Fatalf("%d doses, %v", len(doses), errs)
			}
			if !reflect.DeepEqual(got, broken) {
				t.Errorf("got  %q\nwant %q", got, broken)
			}
		})
	}
}

func TestLineIsTheRowYielded(t *testing.T) {
	rd, lines := &Reader{}, []int{}
	for _, err := range rd.Doses("d", strings.NewReader("number,date,product,dose,course\n001090900011,2024-12-01,\"Pf\nizer\",2,2\n\nbad\n001090900011,2024-12-01,,2,2\n")) {
		if err == nil {
			lines = append(lines, rd.Line)
		}
	}
	if !reflect.DeepEqual(lines, []int{2, 6}) {
		t.Errorf("lines %v, want 2 and 6", lines)
	}
}

func TestOpenReadsZstandardInBoundedMemory(t *testing.T) {
	pack := func(window, rows int) []byte {
		var b bytes.Buffer
		z, err := zstd.NewWriter(&b, zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(z, io.MultiReader(strings.NewReader(peopleHead), &repeat{text: anRow, times: rows}))
		if err = errors.Join(err, z.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	const rows = 300_000 // 35 MB, more than the bound
	usual := pack(8<<20, rows)
	for name, c := range map[string]struct {
		packed []byte
		whole  bool
	}{"whole": {usual, true}, "cut": {usual[:len(usual)-9], false}, "window over the bound": {pack(64<<20, 30_000), false}, "not zstd": {[]byte(peopleHead), false}} {
		path := filepath.Join(t.TempDir(), "people.csv.zst")
		if err := os.WriteFile(path, c.packed, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		n, fault := 0, error(nil)
		for _, err := range People(path, f) {
			if fault = err; err == nil {
				n++
			}
		}
		if c.whole != (fault == nil) || c.whole && n != rows {
			t.Errorf("%s: %d rows, then %v", name, n, fault)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
