package scanner

import "github.com/holoplot/go-evdev"

// modifiers is a set of keys that are held down.
type modifiers uint8

const (
	leftShift modifiers = 1 << iota
	rightShift
	leftControl
	rightControl
	leftAlt
	rightAlt
	leftMeta
	rightMeta

	shifts   = leftShift | rightShift
	controls = leftControl | rightControl
	alts     = leftAlt | rightAlt
	metas    = leftMeta | rightMeta
)

func modifierOf(code evdev.EvCode) modifiers {
	switch code {
	case evdev.KEY_LEFTSHIFT:
		return leftShift
	case evdev.KEY_RIGHTSHIFT:
		return rightShift
	case evdev.KEY_LEFTCTRL:
		return leftControl
	case evdev.KEY_RIGHTCTRL:
		return rightControl
	case evdev.KEY_LEFTALT:
		return leftAlt
	case evdev.KEY_RIGHTALT:
		return rightAlt
	case evdev.KEY_LEFTMETA:
		return leftMeta
	case evdev.KEY_RIGHTMETA:
		return rightMeta
	}
	return 0
}

// usKey is what a key types on the US layout. The zero value types nothing.
type usKey struct {
	plain, shifted byte
	pad            bool // on the number pad
}

// foreign marks keys that other layouts have and the US one has not.
const foreign = 0xFF

// char is what the key types. Caps lock turns letters alone.
func (k usKey) char(shift, caps bool) byte {
	if caps && k.plain >= 'a' && k.plain <= 'z' {
		shift = !shift
	}
	if shift {
		return k.shifted
	}
	return k.plain
}

// usKeys are the keys of linux/input-event-codes.h that type something.
var usKeys = layout()

func layout() map[evdev.EvCode]usKey {
	keys := map[evdev.EvCode]usKey{
		evdev.KEY_ENTER: {plain: '\r'}, evdev.KEY_KPENTER: {plain: '\r'}, evdev.KEY_TAB: {plain: '\t'},
		evdev.KEY_102ND: {plain: foreign}, evdev.KEY_RO: {plain: foreign}, evdev.KEY_YEN: {plain: foreign},
	}
	row := func(first evdev.EvCode, plain, shifted string) {
		for i := range len(plain) {
			keys[first+evdev.EvCode(i)] = usKey{plain: plain[i], shifted: shifted[i]}
		}
	}
	row(evdev.KEY_1, "1234567890-=", "!@#$%^&*()_+")
	row(evdev.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}")
	row(evdev.KEY_A, "asdfghjkl;'`", `ASDFGHJKL:"~`)
	row(evdev.KEY_BACKSLASH, `\zxcvbnm,./`, "|ZXCVBNM<>?")
	row(evdev.KEY_SPACE, " ", " ")
	pad := func(first evdev.EvCode, chars string) {
		for i := range len(chars) {
			keys[first+evdev.EvCode(i)] = usKey{plain: chars[i], shifted: chars[i], pad: true}
		}
	}
	pad(evdev.KEY_KP7, "789-456+1230.")
	pad(evdev.KEY_KPASTERISK, "*")
	pad(evdev.KEY_KPSLASH, "/")
	return keys
}
