// Package policy holds the province's rules as data: an ordered list of
// `when` expressions over [Facts], each with a verdict and a reason.
//
// It promises: a policy that does not type-check, whose own test cases fail, or
// that could fall through to an admission never comes into use; deciding never
// fails and never reads anything but the facts. Time limits, doses and windows
// live in the policy file, not in code.
//
// It knows nothing of cards, registers or lanes.
package policy
