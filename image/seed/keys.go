package seed

import (
	"reflect"
	"strings"
)

// keys are all that the file may hold, in its order: those of a section behind
// its name, and the section itself.
var keys = keysOf(reflect.TypeFor[Seed](), "")

func keysOf(t reflect.Type, section string) (list []string) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("toml"), ",")
		list = append(list, section+name)
		if field := t.Field(i).Type; field.Kind() == reflect.Struct {
			list = append(list, keysOf(field, name+".")...)
		}
	}
	return list
}

// unknown says that there is no such key, and which one may have been meant.
func (f *Faults) unknown(row int, key string) {
	if near := nearest(key); near != "" {
		section, name := split(near)
		within, _ := split(key)
		switch {
		case section != "":
			f.add(row, "không có mục %q; có phải %q dưới dòng [%s]?", "there is no key %q; is it %q below the line [%s]?", key, name, section)
		case within != "":
			f.add(row, "không có mục %q; có phải %q? Nó đứng trên mọi dòng [...]", "there is no key %q; is it %q? That goes above every line [...]", key, near)
		default:
			f.add(row, "không có mục %q; có phải %q?", "there is no key %q; is it %q?", key, near)
		}
		return
	}
	section, _, nested := strings.Cut(key, ".")
	var others []string
	for _, known := range keys {
		if name, inside := strings.CutPrefix(known, section+"."); nested && inside {
			others = append(others, name)
		} else if !nested && !strings.Contains(known, ".") {
			others = append(others, known)
		}
	}
	f.add(row, "không có mục %q; có: %s", "there is no key %q; there are: %s", key, strings.Join(others, ", "))
}

// nearest is the key that somebody may have meant, rather one of the same section;
// empty: none is like it.
func nearest(key string) string {
	section, name := split(strings.ToLower(strings.ReplaceAll(key, "-", "_")))
	best, fewest := "", 0
	for _, known := range keys {
		at, bare := split(known)
		n := changes(name, bare)
		if n > max(len(bare)/3, 1) || n >= len(bare)-1 {
			continue
		}
		if n *= 2; at != section {
			n++
		}
		if best == "" || n < fewest {
			best, fewest = known, n
		}
	}
	return best
}

// split is a key's section and its name in there.
func split(key string) (section, name string) {
	at := strings.LastIndex(key, ".")
	return key[:max(at, 0)], key[at+1:]
}

// changes is how many letters have to be put in, taken out, changed or swapped
// with the next one to make b of a (optimal string alignment).
func changes(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
		for j := range y {
			if i == 0 {
				rows[0][j+1] = j + 1
				continue
			}
			other := 1
			if x[i-1] == y[j] {
				other = 0
			}
			n := min(rows[i-1][j+1]+1, rows[i][j]+1, rows[i-1][j]+other)
			if i > 1 && j > 0 && x[i-1] == y[j-1] && x[i-2] == y[j] {
				n = min(n, rows[i-2][j-1]+1)
			}
			rows[i][j+1] = n
		}
	}
	return rows[len(x)][len(y)]
}
