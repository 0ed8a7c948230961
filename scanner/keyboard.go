package scanner

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"github.com/holoplot/go-evdev"

	"checkpoint"
)

// eventSize is sizeof(struct input_event) on 64-bit machines, the only ones
// that boxes are made of: two 8-byte times, type, code, value.
const eventSize = 24

// Keyboard reads what a scanner in keyboard mode types: it takes the kernel's
// key events (struct input_event, linux/input.h) and cuts them into codes, each
// marked as Typed. The scanner must be set to the US layout. It understands
//   - shift and caps lock;
//   - Alt + number pad, as the decimal bytes of UTF-8 or as code points; see
//     [letters] for how the two are told apart;
//   - letters followed by combining marks, typed either way.
//
// What has no certain meaning (another code page, a chord, a key that US
// keyboards do not have) becomes U+FFFD, which a parser takes for a damaged
// letter. Events that the kernel dropped (SYN_DROPPED) cost the code they
// belong to: it is unreadable, and what still comes of it is not used.
type Keyboard struct {
	framer  *Framer
	letters letters
	rest    []byte // the beginning of an event, between two reads
	held    modifiers
	caps    bool
	alt     altCode
	dropped bool // between SYN_DROPPED and the end of its batch
}

// NewKeyboard returns a Keyboard; emit is as for [NewFramer]. Use a new one for each
// connection: no key is then held.
func NewKeyboard(s Suffix, emit func(checkpoint.Scan)) *Keyboard {
	t := &Keyboard{}
	t.framer = NewFramer(s, func(scan checkpoint.Scan) {
		scan.Typed = true
		if !scan.Unreadable {
			scan.Payload = t.letters.text(scan.Payload)
			scan.Unreadable = scan.Payload == nil
		}
		emit(scan)
	})
	return t
}

// Feed takes events as the kernel gives them, and the moment they were read.
func (k *Keyboard) Feed(p []byte, at time.Time) {
	p = append(k.rest, p...)
	alive := false
	for ; len(p) >= eventSize; p = p[eventSize:] {
		kind := evdev.EvType(binary.NativeEndian.Uint16(p[16:]))
		code := evdev.EvCode(binary.NativeEndian.Uint16(p[18:]))
		value := int32(binary.NativeEndian.Uint32(p[20:]))
		alive = k.event(kind, code, value, at) || alive
	}
	k.rest = append(k.rest[:0], p...)
	if !alive {
		k.framer.Idle(at) // a key held down repeats for ever and types nothing
	}
}

// Idle is [Framer.Idle].
func (k *Keyboard) Idle(now time.Time) { k.framer.Idle(now) }

// event tells whether it was a sign of life: a key that went down or up.
func (k *Keyboard) event(kind evdev.EvType, code evdev.EvCode, value int32, at time.Time) bool {
	switch {
	case kind == evdev.EV_SYN && code == evdev.SYN_DROPPED:
		k.framer.drop(at)
		k.held, k.caps, k.alt, k.dropped = 0, false, altCode{}, true
		return true
	case kind == evdev.EV_SYN:
		k.dropped = false // the batch that was cut off has ended
		return false
	case kind != evdev.EV_KEY || k.dropped || value != keyUp && value != keyDown:
		return false
	}
	k.framer.last = at
	if m := modifierOf(code); m != 0 {
		k.modifier(m, value == keyDown)
	} else if value == keyDown {
		k.key(code)
	}
	return true
}

// Values of a key event; 2 is the kernel's own repeat of a key held down.
const (
	keyUp   = 0
	keyDown = 1
)

func (k *Keyboard) modifier(m modifiers, down bool) {
	before := k.held
	if down {
		k.held |= m
	} else {
		k.held &^= m
	}
	switch {
	case before&alts == 0 && k.held&alts != 0:
		k.alt = altCode{}
	case before&alts != 0 && k.held&alts == 0:
		k.altEnds()
	}
}

func (k *Keyboard) altEnds() {
	switch value, typed := k.alt.value(); {
	case typed:
		k.put(numbered(value))
	case k.alt.other:
		k.put(hole())
	}
	k.alt = altCode{}
}

func (k *Keyboard) key(code evdev.EvCode) {
	key := usKeys[code]
	switch {
	case code == evdev.KEY_CAPSLOCK:
		k.caps = !k.caps
	case key.plain == 0:
		// F keys, arrows, num lock: they type nothing.
	case key.plain == '\r' || key.plain == '\t':
		k.alt = altCode{}
		k.put(ascii(key.plain))
	case k.held&alts != 0:
		k.alt.key(key)
	case k.held&controls != 0:
		k.control(key)
	case k.held&metas != 0 || key.plain == foreign:
		k.put(hole())
	default:
		k.put(ascii(key.char(k.held&shifts != 0, k.caps)))
	}
}

// control: Ctrl and a letter is an ASCII control character, which some scanners
// send before and after a code (STX, ETX) or as its end (Ctrl+M, Ctrl+J).
// Ctrl+Shift+U and the like begin input methods that only one desktop knows.
func (k *Keyboard) control(key usKey) {
	if key.plain < 'a' || key.plain > 'z' || k.held&^controls != 0 {
		k.put(hole())
		return
	}
	k.put(ascii(key.plain & 0x1F))
}

// put adds one letter in both readings; see letters.
func (k *Keyboard) put(c letter) {
	if len(k.framer.buf) == 0 {
		k.letters.begin()
	}
	if !k.framer.suffix.Ends(c.b) {
		k.letters.add(c)
	}
	k.framer.put(c.b)
}

// altCode is what is typed on the number pad while Alt is held.
type altCode struct {
	number int
	digits int
	other  bool // another key came between: a chord
}

// longestAlt digits hold every code point, with a leading zero.
const longestAlt = 8

func (a *altCode) key(k usKey) {
	if !k.pad || k.plain < '0' || k.plain > '9' {
		a.other = true
		return
	}
	if a.digits++; a.digits <= longestAlt {
		a.number = 10*a.number + int(k.plain-'0')
	}
}

// value is the number typed; one that is too long is no letter.
func (a *altCode) value() (value int, typed bool) {
	if a.digits == 0 || a.other {
		return 0, false
	}
	if a.digits > longestAlt {
		return utf8.RuneError, true
	}
	return a.number, true
}
