package gate

import (
	"fmt"
	"io"
	"strings"

	"checkpoint"

	"periph.io/x/conn/v3/gpio"
)

// NewSimulated is a gate for a machine without pins, fully fitted: the same
// engine over pins of software. It writes a line to w for what a person beside
// it would notice: "lamp green on", "lamp amber (refer)" (not every blink),
// "buzzer 150-150-150" (ms, on-off-on), "relay energised", "relay at rest".
func NewSimulated(w io.Writer, o Options) *Gate {
	return simulate(w, o, [roles]bool{true, true, true, true, true, true})
}

// simulate fits only the pins named in fitted.
func simulate(w io.Writer, o Options, fitted [roles]bool) *Gate {
	var pins [roles]Pin
	for r := range pins {
		if fitted[r] {
			pins[r].Out = &softPin{PinOut: gpio.INVALID}
		}
	}
	if fitted[relay] {
		pins[relay].Out = &softPin{PinOut: gpio.INVALID, w: w}
	}
	show := func(old, now wish) {
		if now.signals != old.signals && !(now.signal == old.signal && quiet(now.signal)) {
			describe(w, now)
		}
		if now.notices != old.notices {
			fmt.Fprintln(w, "buzzer", notice)
		}
	}
	return start(Pins{Green: pins[green], Amber: pins[amber], Red: pins[red], Status: pins[status], Buzzer: pins[buzzer], Relay: pins[relay]}, o, show)
}

// quiet are the signals that tell nothing when they are given again.
func quiet(s checkpoint.Signal) bool {
	return s == checkpoint.SignalIdle || s == checkpoint.SignalDark
}

// describe writes what a signal looks and sounds like.
func describe(w io.Writer, now wish) {
	var on, flashing []string
	p := patternOf(now.signal)
	for r := green; r <= status; r++ {
		switch {
		case p[r].steady:
			on = append(on, r.String())
		case !p[r].silent():
			flashing = append(flashing, r.String())
		}
	}
	if len(on) > 0 {
		fmt.Fprintf(w, "lamp %s on\n", strings.Join(on, "+"))
	}
	if len(flashing) > 0 {
		fmt.Fprintf(w, "lamp %s (%s)\n", strings.Join(flashing, "+"), now.signal)
	}
	if len(on)+len(flashing) == 0 {
		fmt.Fprintln(w, "lamps off")
	}
	if sound := now.sound(now.signal); !sound.silent() {
		fmt.Fprintln(w, "buzzer", sound)
	}
}

// String is the rhythm as the signal table writes it: 150-150-150.
func (r rhythm) String() string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(r.ms), "[]"), " ", "-")
}

// softPin is a pin of software; the relay's has a writer and says its edges.
type softPin struct {
	gpio.PinOut // everything but Out is never called
	w           io.Writer
	level       gpio.Level
}

func (p *softPin) Out(l gpio.Level) error {
	if l == p.level || p.w == nil {
		return nil
	}
	p.level = l
	word := "at rest"
	if l {
		word = "energised"
	}
	_, err := fmt.Fprintln(p.w, "relay", word)
	return err
}
