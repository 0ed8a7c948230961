package policy

import "reflect"

// Word is a fact that a rule may ask, as whoever writes a policy needs it.
type Word struct {
	Name       string // such as doses.days
	Type       string // bool, int, float64, string or []int
	Plain      any    // of an adult whose card agrees with fresh data
	Vietnamese string // what it means
	English    string
}

// Language lists the facts of the policy language.
func Language() []Word {
	var words []Word
	facts := reflect.ValueOf(plain())
	for group, groups := 0, facts.Type(); group < groups.NumField(); group++ {
		of := facts.Field(group)
		for i := range of.NumField() {
			f := of.Type().Field(i)
			words = append(words, Word{
				Name: groups.Field(group).Tag.Get("expr") + "." + f.Tag.Get("expr"), Type: f.Type.String(), Plain: of.Field(i).Interface(),
				Vietnamese: f.Tag.Get("vi"), English: f.Tag.Get("en"),
			})
		}
	}
	return words
}
