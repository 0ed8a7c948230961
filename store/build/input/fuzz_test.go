package input

import (
	"bytes"
	"io"
	"iter"
	"strings"
	"testing"
)

// fuzzRows: whatever the bytes, reading ends; no error but the last is about
// the file; every rejected row is a piece of the file, and there are as many as
// errors about rows; a row is good by the given rule.
func fuzzRows[T any](f *testing.F, head string, rows []string, read func(*Reader) func(string, io.Reader) iter.Seq2[T, error], good func(T) bool) {
	for _, row := range rows {
		f.Add([]byte(head + "\n" + row + "\n"))
	}
	f.Add([]byte(strings.ReplaceAll(head+"\r\n"+rows[0]+"\r\n", ",", ";")))
	f.Add([]byte("\xEF\xBB\xBF" + strings.ToUpper(head) + "\r\n\"" + rows[0] + "\r\n\r\n,,\"\n\",\r\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		ended, errs, rejects := false, 0, 0
		rd := &Reader{Reject: func(r Rejected) {
			rejects++
			if !bytes.Contains(file, r.Row) || !bytes.Contains(file, r.Header) {
				t.Errorf("%q is not in the file", r.Row)
			}
		}}
		for value, err := range read(rd)("fuzz", bytes.NewReader(file)) {
			if ended {
				t.Fatal("yielded after an error about the file")
			}
			if ended = !aboutRow(err); err != nil {
				if !ended {
					errs++
				}
				continue
			}
			if !good(value) {
				t.Errorf("accepted %+v", value)
			}
			if rd.Line < 2 {
				t.Errorf("line %d", rd.Line)
			}
		}
		if errs != rejects {
			t.Errorf("%d errors about rows, %d rejected rows", errs, rejects)
		}
	})
}

func FuzzDoses(f *testing.F) {
	fuzzRows(f, "number,date,product,dose,course", []string{"001090900011,2024-12-01,Pfizer,2,2"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Dose, error] { return r.Doses },
		func(d Dose) bool { return KindOf(d.Number) != 0 && d.Date.Day > 0 && d.Dose > 0 && d.Course > 0 })
}

func FuzzTests(f *testing.F) {
	fuzzRows(f, "number,kind,result,taken_at", []string{"001090900011,PCR,positive,2024-12-01 08:30", "912345678,rapid,âm tính,01122024"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Test, error] { return r.Tests },
		func(v Test) bool { return KindOf(v.Number) != 0 && plausibleYear(v.Taken.Year()) })
}

func FuzzCases(f *testing.F) {
	fuzzRows(f, "number,status,from,until", []string{"001090900011,F0,01122024,"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Case, error] { return r.Cases },
		func(v Case) bool {
			return KindOf(v.Number) != 0 && v.Status != "" && (v.Until.IsZero() || !v.Until.First().Before(v.From.First()))
		})
}

func FuzzWithdrawals(f *testing.F) {
	fuzzRows(f, "kind,number,reason,since", []string{"cccd,001090900011,lost,2024-12-01", ",C1234567,replaced,01122024", "bhyt,DN4010123456789,lost,01122024"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Withdrawn, error] { return r.Withdrawals },
		func(v Withdrawn) bool { return v.Kind != 0 && v.Number != "" && v.Reason != "" && v.Since.Day > 0 })
}

func FuzzDeclarations(f *testing.F) {
	fuzzRows(f, "code,number,name,birth_date,declared_at,from_commune,to_commune", []string{"K7,001090900011,AN,1990,2024-12-01T08:30:00+07:00,00001,"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Declaration, error] { return r.Declarations },
		func(v Declaration) bool {
			return v.Code != "" && KindOf(v.Number) != 0 && v.Name != "" && v.Birth.Year >= 1850 && !v.Declared.IsZero()
		})
}

func FuzzZones(f *testing.F) {
	fuzzRows(f, "commune,level,from,until", []string{"00001,4,01122024,", "00001,đỏ,01122024,2024-12-02"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Zone, error] { return r.Zones },
		func(v Zone) bool { return v.Commune != "" && v.Level >= 1 && v.Level <= 4 && v.From.Day > 0 })
}

func FuzzStaff(f *testing.F) {
	fuzzRows(f, "site,number,full_name,birth_date,role,from,until", []string{"m,001090900011,,,,,", "m,,An,1990,guard,01122024,"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Staff, error] { return r.Staff },
		func(v Staff) bool { return v.Site != "" && known(v.Who) })
}

func FuzzVisitors(f *testing.F) {
	fuzzRows(f, "site,number,full_name,birth_date,host,from,until", []string{"m,001090900011,,,Bình,01122024,01122024"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Visitor, error] { return r.Visitors },
		func(v Visitor) bool {
			return v.Site != "" && known(v.Who) && !v.From.IsZero() && !v.Until.Before(v.From)
		})
}

func known(w Who) bool {
	return KindOf(w.Number) != 0 || w.Number == "" && w.FullName != "" && !w.Birth.IsZero()
}

func FuzzSites(f *testing.F) {
	fuzzRows(f, "site,name,type,commune,contact,place_code", []string{"m,Chợ,mall,00001,,https://example.vn"},
		func(r *Reader) func(string, io.Reader) iter.Seq2[Site, error] { return r.Sites },
		func(v Site) bool { return v.Site != "" && v.Name != "" && v.Type != "" && v.Commune != "" })
}

// FuzzColumns: whatever the text, a mapping is refused or names known columns.
func FuzzColumns(f *testing.F) {
	f.Add([]byte("[people]\nnumber = 'SO'\n"))
	f.Add([]byte("people.number = 'SO'\n[sites]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		columns, err := ParseColumns(text)
		if err != nil {
			return
		}
		for sheet, names := range columns {
			for name := range names {
				if !strings.Contains(" "+columnNames(sheet)+" ", " "+name+" ") {
					t.Errorf("%s has no column %q", sheet, name)
				}
			}
		}
	})
}

func columnNames(s Sheet) string {
	var names []string
	for _, c := range s.columns() {
		names = append(names, c.name)
	}
	return strings.Join(names, " ")
}
