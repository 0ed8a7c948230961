// Package dcc verifies vaccine passports of the EU Digital COVID Certificate
// family (HC1:), which Vietnam's own passport belongs to.
//
// It promises: a passport is good only if a listed signer signed these very
// bytes, within the signer's and its own time, for this kind of certificate,
// and the content is what the specification asks for; every refusal is a
// [Fault] in plain words that holds nothing of the holder; time and memory are
// bounded whatever was shown.
//
// It looks nothing up, decides nothing about admission, and keeps nothing.
package dcc
