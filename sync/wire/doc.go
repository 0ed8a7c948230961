// Package wire is the contract between a box and the province's collectors:
// the topics they meet on and the messages they exchange. It knows nothing of
// the transport.
//
// A box sends a [Batch] of sealed records, or an empty one that asks how far
// the province's database is. A collector answers with a signed [Mark]. A photo
// of a paper form goes up piece by piece ([Piece], [PhotoMark]). Around
// them stand the retained words of [State] and the box's [Info].
//
// It promises: every message has one encoding only (deterministic CBOR with
// integer keys, RFC 8949 section 4.2.1), a decoder refuses any other, and no
// decoder allocates more than a small multiple of [MaxMessage]. Version 1
// stays readable for as long as boxes that speak it may come back from a
// drawer. It never holds or logs personal data in clear: bodies stay sealed.
package wire
