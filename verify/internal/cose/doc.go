// Package cose reads and writes what signed papers in a QR code have in common:
// base45 (RFC 9285) around a COSE message with one signature (RFC 9052, section
// 4.2) around the claims of a CBOR web token (RFC 8392).
//
// It promises: time and memory are bounded whatever was shown, and nothing it
// reads is taken as proven. It knows no algorithm and no key: whoever calls it
// says what is signed with what.
package cose
