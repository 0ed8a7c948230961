// Package verify turns a scan into a decision: it reads the code, looks the
// document up in the register, gathers facts and asks the policy.
//
// It promises: it never fails and never waits for a network; the same code,
// snapshot and time give the same decision; an unknown or foreign code is
// never a red light; a damaged register gives a fault; without trusted time or
// with data older than the policy allows nobody is admitted.
//
// It never keeps what a card says, and knows nothing of lanes' states or of
// how the register is stored.
package verify
