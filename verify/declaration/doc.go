// Package declaration writes and verifies the mobility declarations that a
// province signs itself (CHK1:): a CBOR web token (RFC 8392) with one Ed25519
// signature (RFC 9053, section 2.2), in base45.
//
// It promises: a declaration is good only if a listed key signed these very
// bytes, in the name of that key's issuer; every refusal is a [Fault] in plain
// words that holds nothing of the holder; time and memory are bounded whatever
// was shown.
//
// It looks nothing up and does not say when a declaration is too old: that is
// for the rules.
package declaration
