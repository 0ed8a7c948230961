package frames

import "math/rand/v2"

// Size of all frames, in pixels.
const (
	Width  = 1280
	Height = 720
)

// Kind is what is held before the camera.
type Kind string

// The kinds. The last four hold no code.
const (
	Card    Kind = "card"    // a code of 20 mm, version 6 to 9, on a printed card
	Small   Kind = "small"   // the same of 18 mm
	Phone   Kind = "phone"   // a telephone's screen, version 4 to 10
	Several Kind = "several" // two to four codes of 20 mm on a sheet

	Nothing Kind = "nothing" // a card without a code
	Text    Kind = "text"    // a sheet full of small print
	Scene   Kind = "scene"   // things, people from afar, windows, rings and squares
	Noise   Kind = "noise"   // random grey in grains of one to twelve pixels
)

// Frame is one picture.
type Frame struct {
	Pix     []byte   // Width × Height, brightness
	Payload []byte   // empty: there is no code
	Others  [][]byte // of further codes in the frame
	Knobs            // what was done to it, to see what a decoder fails at
}

// Payloads is what is truly in the frame.
func (f *Frame) Payloads() [][]byte {
	if len(f.Payload) == 0 {
		return nil
	}
	return append([][]byte{f.Payload}, f.Others...)
}

// Make is frame number n of a seed, as difficult as chance has it. Tilt below
// 0 is one at random.
func Make(kind Kind, seed, n uint64, tilt float64) Frame {
	k := Draw(kind, seed, n)
	if tilt >= 0 {
		k.Tilt = tilt
	}
	return Take(k, seed, n)
}

// Take is the picture that the knobs say of thing number n of a seed. The thing
// and where it is held do not depend on the knobs but for the kind: turning one
// knob shows the same thing again.
func Take(k Knobs, seed, n uint64) Frame {
	f := Frame{Knobs: k}
	var s *sheet // nil: nothing flat
	var plane []float32
	switch k.Kind {
	case Scene:
		plane = scenery(stream(seed, n, ofThing), k)
	case Noise:
		plane = grains(stream(seed, n, ofThing), k)
	default:
		s = newSheet(stream(seed, n, ofThing), k)
		for i, c := range s.codes {
			if i == 0 {
				f.Payload = c.payload
			} else {
				f.Others = append(f.Others, c.payload)
			}
		}
		s.look(stream(seed, n, ofPlace), k)
		plane = s.render(k)
	}
	f.expose(s, plane, seed, n)
	return f
}

// expose is light, lens and sensor, in that order.
func (f *Frame) expose(s *sheet, plane []float32, seed, n uint64) {
	f.light(plane, stream(seed, n, ofLight))
	rng := stream(seed, n, ofLens)
	plane = f.lens(plane, rng)
	f.dirt(plane, rng)
	if s != nil && f.Moire > 0 {
		f.moire(s, plane, rng)
	}
	f.sensor(plane, stream(seed, n, ofSensor))
	f.compress()
}

// The streams of chance, so that one knob does not disturb what another does.
const (
	ofKnobs = iota
	ofThing
	ofPlace
	ofLight
	ofLens
	ofSensor
	streams
)

func stream(seed, n uint64, of int) *rand.Rand {
	return rand.New(rand.NewPCG(seed*streams+uint64(of), n))
}
