package readertest

import "encoding/binary"

// Types and codes of struct input_event (linux/input-event-codes.h).
const (
	evSyn      = 0
	evKey      = 1
	synReport  = 0
	synDropped = 3
)

// Kernel does to the presses of a keyboard what the kernel's HID driver does:
// it makes key events of the differences. It stands in for the kernel where no
// virtual device can be made.
type Kernel struct{ last Press }

// Events are the bytes that a reader of the event device gets for presses.
func (k *Kernel) Events(presses []Press) (events []byte) {
	for _, p := range presses {
		before := len(events)
		for bit := range 8 {
			if was, is := k.last[0]>>bit&1, p[0]>>bit&1; was != is {
				events = append(events, Event(evKey, modifierCodes[bit], int32(is))...)
			}
		}
		for i := 2; i < len(p); i++ {
			if k.last[i] != 0 && !holds(p, k.last[i]) {
				events = append(events, Event(evKey, keyCodes[k.last[i]], 0)...)
			}
			if p[i] != 0 && !holds(k.last, p[i]) {
				events = append(events, Event(evKey, keyCodes[p[i]], 1)...)
			}
		}
		if len(events) > before {
			events = append(events, Event(evSyn, synReport, 0)...)
		}
		k.last = p
	}
	return events
}

// Dropped are the bytes by which the kernel says that its buffer has overflowed.
func Dropped() []byte {
	return append(Event(evSyn, synDropped, 0), Event(evSyn, synReport, 0)...)
}

// Event is one struct input_event on a 64-bit machine, without its time.
func Event(kind, code uint16, value int32) []byte {
	b := make([]byte, 24)
	binary.NativeEndian.PutUint16(b[16:], kind)
	binary.NativeEndian.PutUint16(b[18:], code)
	binary.NativeEndian.PutUint32(b[20:], uint32(value))
	return b
}

func holds(p Press, usage byte) bool {
	for _, k := range p[2:] {
		if k == usage {
			return true
		}
	}
	return false
}

// modifierCodes and keyCodes are the kernel's key of each usage of page 0x07
// (drivers/hid/hid-input.c, hid_keyboard).
var modifierCodes = [8]uint16{29, 42, 56, 125, 97, 54, 100, 126}

var keyCodes = [256]uint16{
	0x04: 30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44, // a to z
	0x1E: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, // 1 to 0
	0x28: 28, 1, 14, 15, 57, 12, 13, 26, 27, 43, 43, 39, 40, 41, 51, 52, 53, // Enter to /
	0x39: 58,                                                                     // caps lock
	0x53: 69, 98, 55, 74, 78, 96, 79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 83, 86, // number pad; 102nd key
}
