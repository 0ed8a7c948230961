// Package enrol brings a new box into a province: what the two say to each
// other, and the box's side of it. The province's side is package office.
//
// A [Claim], signed by the office and carried on paper or a stick, tells a new
// box who it is to be and whom to ask. The box makes its keys and answers with
// a [Request]; the office compares its short code with what the technician
// reads out, and replies with a [Grant]: a certificate, the province's public
// keys and the pepper, sealed to the box. A box that has its certificate asks
// for the next one by a [Renewal].
//
// It promises: a secret key made on the box never leaves it, no message holds a
// secret in clear but the claim its one-time token, and every step can be cut
// short by a power cut and taken again. [DESIGN.md] says what each attack meets.
package enrol
