package input

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"checkpoint"
)

const peopleHead = "number,full_name,birth_date,sex,issue_date,card_status,old_numbers,health_card,passport,commune,exempt\n"

func an() Person {
	return Person{
		Number: "001090900011", FullName: "Nguyễn Văn An", Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, Sex: checkpoint.Male,
		Issued: checkpoint.Date{Year: 2021, Month: 5, Day: 10}, CardStatus: CardValid, OldNumbers: []string{"012345678", "001090900099"},
		HealthCard: "0123456789", Passport: "C1234567", Commune: "00001", Exempt: true,
	}
}

const anRow = "001090900011,Nguyễn Văn An,15081990,Nam,10052021,valid,012345678;001090900099,0123456789,c1234567,00001,1\n"

func collect[T any](seq iter.Seq2[T, error]) (values []T, errs []error) {
	for v, err := range seq {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		values = append(values, v)
	}
	return values, errs
}

func TestPeopleReadsEveryDialectOfTheSameFile(t *testing.T) {
	quoted := strings.ReplaceAll(anRow, "Nguyễn Văn An", `" Nguyễn Văn An "`)
	for name, file := range map[string]string{
		"plain":                                  peopleHead + anRow,
		"byte order mark":                        "\xEF\xBB\xBF" + peopleHead + anRow,
		"CRLF":                                   strings.ReplaceAll(peopleHead+anRow, "\n", "\r\n"),
		"quotes":                                 peopleHead + quoted,
		"no final newline":                       peopleHead + strings.TrimSuffix(anRow, "\n"),
		"blank lines":                            peopleHead + "\n" + anRow + "\n\n",
		"upper-case header":                      strings.ToUpper(peopleHead) + anRow,
		"semicolons, as spreadsheets write them": "\xEF\xBB\xBF" + strings.NewReplacer("012345678;001090900099", `"012345678;001090900099"`, ",", ";").Replace(peopleHead+anRow),
		"other order, unknown column": "exempt,note,sex,full_name,number,birth_date,commune,passport,health_card,old_numbers,card_status,issue_date\n" +
			"yes,whatever,M,Nguyễn Văn An,001090900011,1990-08-15,00001,C1234567,DN4010123456789,012345678 ; 001090900099,,2021-05-10\n",
	} {
		t.Run(name, func(t *testing.T) {
			people, errs := collect(People("people.csv", strings.NewReader(file)))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if want := []Person{an()}; !reflect.DeepEqual(people, want) {
				t.Errorf("got %+v\nwant %+v", people, want)
			}
		})
	}
}

func TestBadCellIsOneErrorAndReadingGoesOn(t *testing.T) {
	for _, c := range []struct{ name, old, new, column string }{
		{"letters in number", "001090900011", "00109090001X", "number"},
		{"lost leading zeros", "001090900011", "1090900011", "number"},
		{"no number", "001090900011", "", "number"},
		{"no name", "Nguyễn Văn An", "  ", "full_name"},
		{"name not UTF-8", "Nguyễn Văn An", "Nguy\xCC\xF4n", "full_name"},
		{"31 April", "15081990", "31041990", "birth_date"},
		{"29 February of no leap year", "15081990", "29021990", "birth_date"},
		{"year first", "15081990", "20101231", "birth_date"},
		{"month 13", "15081990", "131990", "birth_date"},
		{"slashes", "15081990", "15/08/1990", "birth_date"},
		{"no birth date", "15081990", "", "birth_date"},
		{"ISO with month 00", "15081990", "1990-00-15", "birth_date"},
		{"sex", "Nam", "X", "sex"},
		{"sex 0", "Nam", "0", "sex"},
		{"issue date without a day", "10052021", "052021", "issue_date"},
		{"card status", "valid", "gone", "card_status"},
		{"old number", "012345678", "1234", "old_numbers"},
		{"health card", "0123456789", "012345678", "health_card"},
		{"passport", "c1234567", "c12", "passport"},
		{"exempt", ",1\n", ",perhaps\n", "exempt"},
		{"number between hidden marks", "001090900011", "\u202D001090900011\u202C", "number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := peopleHead + anRow + strings.Replace(anRow, c.old, c.new, 1) + anRow
			people, errs := collect(People("people.csv", strings.NewReader(file)))
			if len(people) != 2 || len(errs) != 1 {
				t.Fatalf("%d people, errors %v; want the two good rows and one error", len(people), errs)
			}
			var bad *RowError
			if !errors.As(errs[0], &bad) {
				t.Fatalf("%T, want *RowError", errs[0])
			}
			if bad.File != "people.csv" || bad.Line != 3 || bad.Column != c.column {
				t.Errorf("at %s:%d %s, want people.csv:3 %s", bad.File, bad.Line, bad.Column, c.column)
			}
			if hidden := strings.ContainsFunc(strings.TrimSpace(c.new), Hidden); hidden != (bad.Want == wantSeen) {
				t.Errorf("want %s", bad.Want)
			}
			for _, secret := range []string{"0900011", "An,", "1990", "012345678", c.new} {
				if len(secret) > 2 && strings.Contains(bad.Error(), secret) {
					t.Errorf("error tells a value of the row: %v", bad)
				}
			}
		})
	}
}

func TestBrokenRowIsAnErrorAndReadingGoesOn(t *testing.T) {
	for name, line := range map[string]string{
		"short":                 "001090900011,Nguyễn Văn An\n",
		"long":                  strings.TrimSuffix(anRow, "\n") + ",more\n",
		"quote inside a cell":   strings.Replace(anRow, "Văn", `V"ăn`, 1),
		"text after the quotes": strings.Replace(anRow, "Nguyễn Văn An", `"Nguyễn" An`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			people, errs := collect(People("p", strings.NewReader(peopleHead+line+anRow)))
			var bad *RowError
			if len(people) != 1 || len(errs) != 1 || !errors.As(errs[0], &bad) || bad.Line != 2 {
				t.Errorf("%d people, errors %v; want one person and an error of line 2", len(people), errs)
			}
		})
	}
}

func TestUnclosedQuoteNeverSwallowsTheFileSilently(t *testing.T) {
	short := peopleHead + anRow + `"` + anRow + anRow
	people, errs := collect(People("p", strings.NewReader(short)))
	if len(people) != 1 || len(errs) != 1 {
		t.Errorf("short file: %d people, errors %v", len(people), errs)
	}
	endless := io.MultiReader(strings.NewReader(peopleHead+`"`), &repeat{text: anRow, times: 1 << 30})
	_, errs = collect(People("p", endless))
	if len(errs) != 1 || !errors.Is(errs[0], errRowTooLong) {
		t.Errorf("endless file: %v, want %v", errs, errRowTooLong)
	}
}

func TestHeaderErrorNamesColumnsButNeverAPerson(t *testing.T) {
	_, errs := collect(People("people.csv", strings.NewReader("number,full_name,sex,issued\n"+anRow)))
	var head *HeaderError
	if len(errs) != 1 || !errors.As(errs[0], &head) {
		t.Fatalf("errors %v, want one *HeaderError", errs)
	}
	if want := []string{"birth_date", "issue_date"}; !reflect.DeepEqual(head.Missing, want) {
		t.Errorf("missing %v, want %v", head.Missing, want)
	}
	if !strings.Contains(head.Error(), "number, full_name, sex, issued") {
		t.Errorf("%q does not name the columns found", head)
	}
	_, errs = collect(People("people.csv", strings.NewReader(anRow)))
	if len(errs) != 1 || strings.Contains(errs[0].Error(), "Văn") || strings.Contains(errs[0].Error(), "0900011") {
		t.Errorf("file without a header: %v", errs)
	}
	_, errs = collect(Doses("d", strings.NewReader("number,number,date,dose,course\n")))
	if len(errs) != 1 || !errors.As(errs[0], &head) || !reflect.DeepEqual(head.Twice, []string{"number"}) {
		t.Errorf("number twice: %v", errs)
	}
	for want, file := range map[string]string{
		"p: is UTF-16 text": "\xFF\xFE" + strings.ReplaceAll(peopleHead, "", "\x00"), "p: is a workbook (.xlsx)": "PK\x03\x04\x14\x00\x06\x00",
	} {
		if _, errs = collect(People("p", strings.NewReader(file))); len(errs) != 1 || !strings.Contains(errs[0].Error(), want+`; want CSV in UTF-8: in the spreadsheet, save as "CSV UTF-8"`) {
			t.Errorf("%v, want %q", errs, want)
		}
	}
	if _, errs = collect(Doses("d", strings.NewReader(""))); len(errs) != 1 {
		t.Errorf("empty file: %v, want an error", errs)
	}
}

func TestNumberOfEveryKindCanBeTheMainNumber(t *testing.T) {
	for number, kind := range map[string]checkpoint.DocumentKind{
		"001090900011": checkpoint.KindCCCD, "912345678": checkpoint.KindCMND, "C1234567": checkpoint.KindPassport, "AB12345678": checkpoint.KindPassport,
		"C12345": checkpoint.KindNone, "ABC123456": checkpoint.KindNone, "00109090001": checkpoint.KindNone, "": checkpoint.KindNone, "C": checkpoint.KindNone,
	} {
		if got := KindOf(number); got != kind {
			t.Errorf("KindOf(%q) = %v, want %v", number, got, kind)
		}
	}
	people, errs := collect(People("p", strings.NewReader(peopleHead+"912345678,Trần Thị Bình,1950,Nữ,,none,,,,,\n")))
	if len(errs) > 0 || people[0].Number != "912345678" || people[0].Birth != (checkpoint.Date{Year: 1950}) || !people[0].Issued.IsZero() || people[0].Sex != checkpoint.Female {
		t.Errorf("%+v, %v", people, errs)
	}
}

func TestDosesCasesAndWithdrawals(t *testing.T) {
	doses, errs := collect(Doses("d", strings.NewReader("number,date,product,dose,course\n001090900011,2024-12-01,Pfizer,2,2\n001090900011,122024,Pfizer,2,2\n001090900011,2024-12-01,Pfizer,0,2\n")))
	if want := []Dose{{"001090900011", checkpoint.Date{Year: 2024, Month: 12, Day: 1}, "Pfizer", 2, 2}}; len(errs) != 2 || !reflect.DeepEqual(doses, want) {
		t.Errorf("doses %v, errors %v", doses, errs)
	}
	cases, errs := collect(Cases("c", strings.NewReader("number,status,from,until\n001090900011,f0,01122024,15122024\n001090900011,Recovered,2024-12-01,\n001090900011,F1,2024-12-02,2024-12-01\n001090900011,F9,2024-12-02,\n")))
	if len(errs) != 2 || len(cases) != 2 || cases[0].Status != CaseF0 || cases[1].Status != CaseRecovered || !cases[1].Until.IsZero() {
		t.Errorf("cases %v, errors %v", cases, errs)
	}
	gone, errs := collect(Withdrawals("w", strings.NewReader("kind,number,reason,since\ncccd,001090900011,lost,2024-12-01\n,912345678,replaced,2024-12-01\nbhyt,DN4010123456789,withdrawn,2024-12-01\n"+
		"cccd,912345678,lost,2024-12-01\ncar,001090900011,lost,2024-12-01\nbhyt,,lost,2024-12-01\ncccd,001090900011,eaten,2024-12-01\n")))
	kinds := []checkpoint.DocumentKind{checkpoint.KindCCCD, checkpoint.KindCMND, checkpoint.KindBHYT}
	if len(errs) != 4 || len(gone) != 3 {
		t.Fatalf("withdrawn %v, errors %v", gone, errs)
	}
	for i, w := range gone {
		if w.Kind != kinds[i] {
			t.Errorf("row %d: kind %v, want %v", i, w.Kind, kinds[i])
		}
	}
	if gone[2].Number != "0123456789" {
		t.Errorf("health card %q, want its ten digits", gone[2].Number)
	}
}

func TestDatesAgreeInEveryForm(t *testing.T) {
	day, month, year := checkpoint.Date{Year: 1952, Month: 2, Day: 29}, checkpoint.Date{Year: 1952, Month: 2}, checkpoint.Date{Year: 1952}
	for text, want := range map[string]checkpoint.Date{"29021952": day, "1952-02-29": day, "021952": month, "1952-02": month, "1952": year} {
		if got, ok := parseDate(text); !ok || got != want {
			t.Errorf("parseDate(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
}

func TestOpenReadsGzipAndReportsACutOne(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.WriteString(z, peopleHead+strings.Repeat(anRow, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"whole.csv.gz": packed.Len(), "cut.csv.gz": packed.Len() - 9} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, packed.Bytes()[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		people, errs := collect(People(name, f))
		if whole := size == packed.Len(); whole != (len(errs) == 0) || whole && len(people) != 1000 {
			t.Errorf("%s: %d people, errors %v", name, len(people), errs)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzPeople: whatever the bytes, reading ends, a row is a valid person or an
// error, and no error but the last is about the file.
func FuzzPeople(f *testing.F) {
	f.Add([]byte(peopleHead + anRow))
	f.Add([]byte("\xEF\xBB\xBF" + peopleHead + "\"" + anRow))
	f.Add([]byte("number,birth_date,full_name,sex,issue_date\r\n912345678,1950,x,2,\r\n,,,,\r\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		ended := false
		for p, err := range People("fuzz", bytes.NewReader(file)) {
			if ended {
				t.Fatal("yielded after an error about the file")
			}
			if ended = !aboutRow(err); err != nil {
				continue
			}
			if KindOf(p.Number) == checkpoint.KindNone || p.FullName == "" || p.Sex == 0 || p.Birth.Year < 1850 {
				t.Errorf("accepted %+v", p)
			}
			if again, err := checkpoint.ParseDate(p.Birth.String()); err != nil || again != p.Birth {
				t.Errorf("birth date %v does not exist", p.Birth)
			}
		}
	})
}

// repeat yields text over and over, times times.
type repeat struct {
	text  string
	times int
	rest  string
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.times == 0 {
			return 0, io.EOF
		}
		r.rest, r.times = r.text, r.times-1
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func BenchmarkPeople(b *testing.B) {
	b.ReportAllocs()
	src := io.MultiReader(strings.NewReader(peopleHead), &repeat{text: anRow, times: b.N})
	rows := 0
	for _, err := range People("people.csv", src) {
		if err != nil {
			b.Fatal(err)
		}
		rows++
	}
	if rows != b.N {
		b.Fatalf("%d rows, want %d", rows, b.N)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func TestPipesAreRefusedAtOnce(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "people.csv")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(pipe); !errors.Is(err, ErrNoFile) {
		t.Errorf("Open of a pipe: %v", err)
	}
}
