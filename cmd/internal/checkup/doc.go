// Package checkup brings doctor to a real box: it fills in how each part is
// looked at, from the box's configuration, for checkpointctl and for the
// daemon's own self-test.
package checkup
