// Package office is the province's side of the boxes' lives: the authority that
// issues their certificates, the register of who they are, the server that
// takes their requests, and the commands that go down to them.
//
// It promises: a certificate is on the register before it leaves the office, a
// box gets none that nobody approved, and a retired or replaced machine gets
// neither certificate nor pepper. What is written survives a power cut whole.
// Several processes may work on one register.
package office
