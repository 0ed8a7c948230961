// Package lab runs a package's tests on a machine with real kernel devices: a
// guest with Debian's own kernel, booted by QEMU, in which GPIO lines, USB and
// HID devices are made by the kernel's own test drivers and pulled out again.
//
// A package that wants it calls [Main] from its TestMain. `go test` of such a
// package boots the guest and runs the same test binary, built without cgo,
// inside it; flags such as -run, -v and -count pass through, and what the tests
// print comes out as ever. What must run outside, such as a broker, the package
// starts in [Bench.Prepare].
//
// It promises that nothing is skipped: where the guest cannot be had, or does
// not say how its tests ended, the tests have failed, with the reason. It is
// for tests alone and never part of a program. DESIGN.md has the rest.
package lab
