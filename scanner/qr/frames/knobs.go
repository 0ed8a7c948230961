package frames

import "math"

// Knobs are what makes a frame hard to read. Ease gives such that hinder
// nobody, Draw such as chance has them.
type Knobs struct {
	Kind     Kind
	Tilt     float64 // degrees between the thing and the picture plane, about an axis that chance chooses
	Yaw      float64 // degrees that it is then turned about the picture's vertical, its right side away from the camera
	Pitch    float64 // degrees about the picture's horizontal, its upper side away
	Module   float64 // pixels a module of the code is wide, before tilting
	Blur     float64 // of the lens: standard deviation in pixels
	Motion   float64 // pixels the thing moves while the shutter is open
	Noise    float64 // of the sensor: standard deviation in grey levels
	Light    float64 // 1: white paper is just not burnt out
	Contrast float64 // of print, or screen: 1 is black on white
	Shadow   float64 // share of light taken on one side of an edge
	Glare    float64 // grey levels that a reflection adds in its middle; above 255 it burns out
	Dirt     int     // spots on the lens, and crumbs on the thing
	Moire    float64 // contrast of a screen's pixel grid at the sensor
	Gamma    float64 // 1 for a machine's camera, 2.2 for a web camera
	Quality  int     // of JPEG, 1 to 100; 0: not compressed
	Inverted bool    // light modules on dark
	Says     string  // what the codes of a card say; empty: an invented person's
}

// Ease is a frame that every decoder should read.
func Ease(kind Kind) Knobs {
	k := Knobs{Kind: kind, Module: 5, Blur: 0.5, Noise: 1, Light: 0.9, Contrast: 1, Gamma: 1}
	if kind == Several {
		k.Module = 2.5
	}
	return k
}

// Draw is what chance does to frame number n of a seed. Much is slight and
// little is severe.
func Draw(kind Kind, seed, n uint64) Knobs {
	rng := stream(seed, n, ofKnobs)
	// seldom is between low and high, and the higher power is the seldomer high.
	seldom := func(low, high, power float64) float64 {
		return low + (high-low)*math.Pow(rng.Float64(), power)
	}
	once := func(of int, v float64) float64 {
		if rng.IntN(of) > 0 {
			return 0
		}
		return v
	}
	k := Knobs{
		Kind: kind, Tilt: seldom(0, 50, 1.5), Module: 6 * math.Pow(2.7, -rng.Float64()),
		Blur: seldom(0.4, 1.9, 1.6), Motion: seldom(0, 5, 2.5), Noise: seldom(1, 8, 1.5),
		Light: seldom(1.1, 0.3, 1.4), Contrast: seldom(1, 0.5, 1.5),
		Shadow: once(4, seldom(0.2, 0.7, 1)), Glare: once(3, seldom(100, 500, 1)),
		Dirt: int(once(3, seldom(1, 9, 1.5))), Quality: int(once(2, seldom(95, 40, 1.2))),
		Gamma: 1 + 1.2*float64(rng.IntN(2)),
	}
	moire, inverted, dim := seldom(0, 0.6, 1.5), rng.IntN(12) == 0, seldom(0.1, 1, 1)
	switch kind {
	case Small:
		k.Module *= 0.9 // from the same distance
	case Phone:
		k.Moire, k.Inverted, k.Light = moire, inverted, dim
	case Several:
		k.Module = 1.8 + 0.7*rng.Float64() // all within the picture
		k.Tilt *= 0.7
	}
	return k
}
