package input

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/unicode/norm"
)

// Columns are the header names of a province's own exports: for an input, by
// the product's column name, what the column is called in the file. Columns
// that are not named keep the product's name. Case does not matter.
type Columns map[Sheet]map[string]string

// ReadColumns reads a TOML file of one table for each input:
//
//	[people]
//	number = "SO_DINH_DANH"
//	full_name = "Họ và tên"
func ReadColumns(path string) (Columns, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	c, err := ParseColumns(text)
	if err != nil {
		return nil, fmt.Errorf("read columns %s: %w", path, err)
	}
	return c, nil
}

// ParseColumns reads what [ReadColumns] describes. An input or column that
// there is not, an empty name and a name for two columns of one input are
// errors; those about the text show its line.
func ParseColumns(text []byte) (Columns, error) {
	into := reflect.New(columnsType())
	decoder := toml.NewDecoder(strings.NewReader(string(text))).DisallowUnknownFields()
	if err := decoder.Decode(into.Interface()); err != nil {
		return nil, withLine(err)
	}
	all := Columns{}
	var faults []error
	for i, sheet := range Sheets() {
		table := into.Elem().Field(i)
		all[sheet] = map[string]string{}
		for k, c := range sheet.columns() {
			if name := table.Field(k); !name.IsNil() {
				all[sheet][c.name] = name.Elem().String()
			}
		}
		faults = append(faults, ambiguous(sheet, all[sheet])...)
	}
	return all, errors.Join(faults...)
}

// columnsType is the struct of all tables and their keys. It is made from the
// readers' own column lists, so that the two cannot drift apart, and it is what
// lets the decoder name an unknown key with its line.
func columnsType() reflect.Type {
	var tables []reflect.StructField
	for i, sheet := range Sheets() {
		var keys []reflect.StructField
		for k, c := range sheet.columns() {
			keys = append(keys, field("Column", k, c.name, reflect.TypeFor[*string]()))
		}
		tables = append(tables, field("Sheet", i, string(sheet), reflect.StructOf(keys)))
	}
	return reflect.StructOf(tables)
}

func field(name string, n int, key string, t reflect.Type) reflect.StructField {
	return reflect.StructField{Name: fmt.Sprintf("%s%d", name, n), Type: t, Tag: reflect.StructTag(fmt.Sprintf("toml:%q", key))}
}

// withLine makes the decoder's errors show where they are.
func withLine(err error) error {
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		return errors.New("no such input or column:\n" + unknown.String())
	case errors.As(err, &wrong):
		return errors.New(wrong.Error() + "\n" + wrong.String())
	}
	return err
}

// ambiguous finds names that no header or two columns could be meant by.
func ambiguous(sheet Sheet, names map[string]string) (faults []error) {
	taken := map[string]string{}
	for _, c := range sheet.columns() {
		own, mapped := names[c.name]
		if !mapped {
			own = c.name
		}
		own = headerName(own)
		if own == "" {
			faults = append(faults, fmt.Errorf("[%s] %s: want the name of a column", sheet, c.name))
		} else if other, again := taken[own]; again {
			faults = append(faults, fmt.Errorf("[%s] %s: the same column as %s", sheet, c.name, other))
		}
		taken[own] = c.name
	}
	return faults
}

// headerName is what header cells are compared by: accents may be written in
// two ways.
func headerName(cell string) string {
	return norm.NFC.String(strings.ToLower(strings.TrimSpace(cell)))
}
