// Package card boots the SD card's very image, as `make image` builds it, through
// its own loader, kernel and initial RAM disk in an emulated arm64 machine, and
// asks of it what a box must do: become ready, take a code from a scanner on USB,
// light the lamp, deliver the record to a broker on the host, keep everything over
// power cuts at any moment, take newer systems, and go back to the other one when
// that is bad.
//
// All is seen from outside: the scanner's and the serial console's ends, the GPIO
// controller's register, the broker, and the bytes on the card; what a box takes of
// its own memory and card it is asked by SSH, as a technician would. Nothing waits
// for the host's time but the tests: the board's clock counts instructions. It needs
// what image/deps installs, and root to build the image.
package card
