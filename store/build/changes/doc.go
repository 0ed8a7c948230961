// Package changes compares two snapshots before anybody signs the second: how
// many people come, go and change, and what their policies say to each of them
// at the gates, before and after.
//
// It promises: what comes out is counts, never a person; two states in the
// order of tags are compared in one pass, in memory that does not grow with
// the province; what must not pass unseen (people vanish, red grows, nothing
// to compare with) is an [Alarm].
//
// It knows nothing of policies: whoever calls it brings the judge.
package changes
