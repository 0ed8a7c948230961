// Package print draws QR codes for paper: declarations, and labels for places
// and people, as PNG, SVG and PDF at a size in millimetres.
//
// It promises: a code is at least as large as asked, quiet zone included; and it
// corrects as much damage as the distance it is to be read from allows. It
// belongs to the province: a box prints nothing.
package print
