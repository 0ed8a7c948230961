package backup

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"
)

//go:embed sheet.tmpl
var sheetText string

// sheet is what the province prints and keeps with the backup.
func sheet(b Backup) ([]byte, error) {
	numbered := template.FuncMap{"share": func(i int) string { return ShareFile(i + 1) }}
	t, err := template.New(SheetFile).Funcs(numbered).Parse(sheetText)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = t.Execute(&text, b)
	return text.Bytes(), err
}

// Example is how a restore names the first shares that suffice.
func (p Plan) Example() string {
	var flags []string
	for n := range p.Needed {
		flags = append(flags, "--share "+ShareFile(n+1))
	}
	return strings.Join(flags, " ")
}
