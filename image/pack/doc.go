// Command pack makes the parts of the card's image that no tool of Debian's makes:
//
//	pack modules FROM LIST TO     the kernel modules that a list names, with what they need
//	pack tail KERNEL INITRD OUT   the end of a slot: checksums, kernel, initial RAM disk
//	pack state OUT                the slot state of a new card
//	pack loader OUT               U-Boot's own settings on a Raspberry Pi (uboot.env)
//	pack merge OUT LOWER UPPER    one tar archive laid over another
//	pack sbom ROOT.tar PACKAGES OUT PROGRAM...  what the image is made of (CycloneDX 1.6)
//	pack sign KEY FILE            a signature that minisign checks, in FILE.minisig
//	pack key OUT                  a key to sign with, and its public half in OUT.pub
//
// image/build calls it. It prints nothing unless something is wrong.
package main
