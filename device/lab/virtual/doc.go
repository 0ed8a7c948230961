// Package virtual makes hardware out of the kernel's own test drivers: GPIO
// chips (gpio-sim), HID devices (uhid) and USB devices (dummy_hcd with a
// gadget). What a program opens are real device nodes with the real drivers
// behind them; unplugging takes them away. It works in a guest of package lab,
// and anywhere else where root has these modules.
package virtual
