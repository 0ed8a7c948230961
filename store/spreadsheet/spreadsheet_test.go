package spreadsheet_test

import (
	"strings"
	"testing"

	"checkpoint/store/spreadsheet"
)

func TestNoCellBecomesAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"Nguyễn Văn An": "Nguyễn Văn An", "001090900001": "001090900001", "": "", "a=b": "a=b", "'": "'", "\xff": "\xff",
		"=1+1": "'=1+1", "+84": "'+84", "-1": "'-1", "@x": "'@x", "\t=1": "'\t=1", "＝1": "'＝1",
		`=HYPERLINK("http://x","y")`: `"'=HYPERLINK(""http://x"",""y"")"`, "a;b": "a;b", "a,b": `"a,b"`,
	} {
		var b strings.Builder
		if err := spreadsheet.Write(&b, [][]string{{"head", "x"}, {cell, "x"}}); err != nil || b.String() != "\uFEFFhead,x\r\n"+want+",x\r\n" {
			t.Errorf("%q: %q %v, want %q", cell, b.String(), err, want)
		}
	}
}
