// Package messages is the one message catalogue: every word that a guard, a
// technician or the public sees, in Vietnamese and in English. The words
// themselves stand in catalogue.go, so that an officer can approve one file; those
// about tablets, which technicians read, and about duty beside it.
//
// It promises that a text is NFC, never shows an unfilled placeholder, and
// names no infection and no recovery; and that no verdict word and no button
// is part of another one, in either language, so that none is taken for
// another at a glance. Its tests hold the catalogue to this, and to having a
// text for every verdict, reason, finding, outcome, state, direction and
// format that the root package names.
//
// It never decides, never lays out a page and never escapes for HTML: values
// go into a text as they come. A policy's rule title is shown with R05; what
// that title says is for the policy's author to keep neutral.
//
// Whatever shows words to people may call it.
package messages
