package checkpoint_test

import (
	"testing"

	"checkpoint"
)

// Whatever is typed on the pad, what is taken can be looked up.
func FuzzParseTyped(f *testing.F) {
	f.Add("001090000011", "15081990", false)
	f.Add("0010 9000 0011", "15/08/1990", false)
	f.Add("c1234567", "00001990", true)
	f.Fuzz(func(t *testing.T, number, birth string, passport bool) {
		typed, err := checkpoint.ParseTyped(number, birth, passport)
		if (err == nil) != typed.Whole() {
			t.Errorf("%+v, %v", typed, err)
		}
		if err != nil {
			return
		}
		if again, err := checkpoint.ParseDate(typed.Birth.String()); err != nil || again != typed.Birth {
			t.Errorf("birth date %v, %v", typed.Birth, err)
		}
	})
}
