// Package install puts a signed bundle (image/bundle) into the slot of the card
// that does not run. RAUC does the work: it checks the signature, proves each
// block of the bundle as it reads it, writes the slot, and has the loader start
// it through image/slots.
//
// What is here is what RAUC has no word for: a floor on the data partition that
// outlives every system, and that a bundle which came by itself and fell back is
// not installed again. A bundle is copied before it is looked at, so that what
// was checked is what is installed, whoever can write to the place it came from.
package install
