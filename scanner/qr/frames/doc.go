// Package frames makes pictures as cameras at a post see them, each from a
// seed: chip cards with a code of 20 or 18 mm, telephones, several cards at
// once, and much that is no code. For tests and benchmarks; all people are
// invented.
//
// A thing is drawn in millimetres on a plane and seen by a pinhole camera, so
// that tilt gives true perspective. Light, lens, sensor and compression follow
// in the order they have in a camera, each with a knob in its own unit. Equal
// knobs and seeds give equal bytes on one kind of machine; another kind may
// round differently in the last grey level.
//
// What it does not do: lens distortion, rolling shutter, colour. A lens is a
// Gaussian, and noise does not depend on brightness.
package frames
