package main

import (
	"fmt"
	"os"

	"checkpoint/image/slots"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// what each word does, and how many words it takes at least.
func run(args []string) error {
	commands := map[string]struct {
		words int
		do    func(a []string) error
	}{
		"modules": {3, func(a []string) error { return trim(a[0], a[1], a[2]) }},
		"tail":    {3, func(a []string) error { return writeTail(a[0], a[1], a[2]) }},
		"state":   {1, func(a []string) error { return writeState(a[0]) }},
		"loader":  {1, func(a []string) error { return writeLoader(a[0]) }},
		"merge":   {3, func(a []string) error { return merge(a[0], a[1], a[2]) }},
		"sbom":    {3, func(a []string) error { return writeBill(a[0], a[1], a[2], a[3:]) }},
		"sign":    {2, func(a []string) error { return signFile(a[0], a[1]) }},
		"key":     {1, func(a []string) error { return newKey(a[0]) }},
	}
	if len(args) == 0 {
		return fmt.Errorf("which part? see go doc checkpoint/image/pack")
	}
	c, ok := commands[args[0]]
	if !ok || len(args)-1 < c.words {
		return fmt.Errorf("%v: see go doc checkpoint/image/pack", args)
	}
	return c.do(args[1:])
}

// writeState makes a file of the gap before the first partition, from its first
// copy on.
func writeState(out string) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(slots.SecondCopy + slots.BlockSize); err != nil {
		return err
	}
	return slots.Change(f, func(*slots.State) {})
}

// loaderSize is CONFIG_ENV_SIZE of U-Boot's rpi boards.
const loaderSize = 0x4000

// writeLoader makes uboot.env. Without it U-Boot waits two seconds for a key, and
// what a scanner on the serial pins says would stop it for good; it would look
// for USB sticks and servers to start from, too.
func writeLoader(out string) error {
	block, err := slots.Block(loaderSize, map[string]string{
		"bootdelay": "-2",
		"bootcmd":   "devtype=mmc; for devnum in 0 1; do if load mmc ${devnum}:1 ${scriptaddr} boot.scr; then source ${scriptaddr}; fi; done; reset",
		// As in U-Boot's rpi.env: the script and its scratch lie below what it loads.
		"scriptaddr":  "0x02400000",
		"fdt_high":    "ffffffffffffffff",
		"initrd_high": "ffffffffffffffff",
		"stdin":       "serial", "stdout": "serial,vidconsole", "stderr": "serial,vidconsole",
	})
	if err != nil {
		return err
	}
	return os.WriteFile(out, block, 0o644)
}
