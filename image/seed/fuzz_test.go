package seed_test

import (
	"encoding/binary"
	"reflect"
	"testing"

	"checkpoint/image/seed"
)

// Whatever is on the card: it is told what is wrong, or what it says is the same
// once it was kept; and taking secrets out moves nothing.
func FuzzParse(f *testing.F) {
	for _, text := range []string{good, whole, "", "\ufeffsite = “x”\r\n", string(wide(good, binary.LittleEndian)), "password = \"a\\\"b\"", "a = [", "[wifi\n", "wifi = { name = 'x', password = '12345678' }\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := seed.Parse(b)
		if err != nil {
			if len(seed.FaultsOf(err)) == 0 {
				t.Fatal("an error without a fault")
			}
			return
		}
		text, err := s.Text()
		if err != nil {
			t.Fatal(err)
		}
		again, err := seed.Parse(text)
		if err != nil {
			t.Fatalf("what was kept is not read: %v\n%s", err, text)
		}
		if first, second := normal(s), normal(again); !reflect.DeepEqual(first, second) {
			t.Fatalf("kept as something else:\n%+v\n%+v", first, second)
		}
		if after := seed.StarsOver(b); len(after) != len(b) {
			t.Fatalf("%d bytes became %d", len(b), len(after))
		}
	})
}

// normal tells an empty list from none no longer.
func normal(s *seed.Seed) seed.Seed {
	n := *s
	for _, list := range []*[]string{&n.NTP, &n.Contacts, &n.Network.DNS} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return n
}
