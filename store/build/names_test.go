package build

import (
	"testing"

	"pgregory.net/rapid"

	"checkpoint/store/fold"
)

func TestFoldingByWordsIsFolding(t *testing.T) {
	letters := []rune("aẤđÐǃ'’ʼ \t\u00a0\u2000\u2003\u3000\u0301\u0323\u031bơợ\u1100\u1161\u11a8ß\u0085\ufb01")
	f := folder{}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(letters), rapid.Rune())).Draw(t, "name"))
		if got, want := f.name(s), fold.Name(s); got != want {
			t.Fatalf("%+q: got %+q, want %+q", s, got, want)
		}
	})
	if got := f.name(" Nguyễn  Văn ' Đông "); got != "NGUYEN VAN DONG" {
		t.Errorf("got %q", got)
	}
}
