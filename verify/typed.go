package verify

import "checkpoint"

// foreignLayout marks the name of a card as damaged when the scanner that typed
// it is set to another keyboard layout than the US one. Its delimiter, which no
// two layouts have on the same key, shows that; y and z, or a and q, may then
// have changed places.
func foreignLayout(s checkpoint.Scan, card *checkpoint.Credential) {
	if s.Typed && card.Has(checkpoint.WarnDelimiterReplaced) {
		card.NameFold = ""
	}
}

// lettersMissing marks the name of a typed chip card as damaged when it
// disagrees with the data and has only ASCII letters: a scanner that types
// nothing for the others makes Hoi An of Hoài An, and no rule of spelling tells.
// A name that agrees is whole, so cards printed without diacritics still pass.
func lettersMissing(s checkpoint.Scan, card *checkpoint.Credential, m *checkpoint.Match) {
	chip := card.Format == checkpoint.FormatCCCD2021 || card.Format == checkpoint.FormatCanCuoc2024
	if s.Typed && chip && m.Name == checkpoint.Differs && isASCII(card.FullName) {
		card.NameFold, m.Name = "", checkpoint.Unknown
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > '~' {
			return false
		}
	}
	return true
}
