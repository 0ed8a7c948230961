// Package trust reads and writes the list of those whose signed papers are
// believed: who signs vaccine passports, and the keys of the province's own
// mobility declarations. It lies in the signed snapshot.
//
// It promises: a list that has expired is told from one that is good, and an
// entry that this version cannot read costs only itself.
package trust
