package draw

// State is how a checkpoint fares, all its lanes together.
type State uint8

// The states, the worst last, so that the worst is drawn on top.
const (
	None      State = iota // no box there that was ever heard of
	Ready                  // all lanes check people
	Training               // somebody practises: nobody is checked
	Attention              // they do, and somebody should look: old data, a long queue
	Offline                // the province hears nothing of it
	Fault                  // a lane does not do all it should
	Stopped                // a lane checks nobody
	Emergency              // a gate is held open
)

var stateWords = [...]words{
	None:      {"chưa có máy", "no box yet"},
	Ready:     {"sẵn sàng", "ready"},
	Training:  {"chế độ tập", "training"},
	Attention: {"cần xem", "to be looked at"},
	Offline:   {"mất mạng", "offline"},
	Fault:     {"máy lỗi", "fault"},
	Stopped:   {"tạm ngừng", "out of service"},
	Emergency: {"mở khẩn cấp", "emergency"},
}

// Sign is a state's sign alone, 24 units square, to stand beside its word: a
// screen reader passes over it.
func Sign(s State) []byte {
	c := &canvas{}
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">`)
	c.shape(s, 12, 12, 9)
	return c.close()
}

// shape draws a state's sign with radius r: colours are those of the guard's
// page, and each has a form of its own. Machines are grey, green goes, yellow asks.
func (c *canvas) shape(s State, x, y, r float64) {
	const pen = ` stroke="` + ink + `" stroke-width="1.5"`
	circle := func(r float64, more string) { c.printf(`<circle cx="%s" cy="%s" r="%s"%s/>`, n(x), n(y), n(r), more) }
	stroke := func(d string) {
		c.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round"/>`, d, ink, n(max(1.5, r/6)))
	}
	at := func(dx, dy float64) string { return n(x+dx*r) + " " + n(y+dy*r) }
	switch s {
	case Ready: // tick in circle
		circle(r, ` fill="`+green+`"`+pen)
		stroke("M" + at(-.45, .05) + "L" + at(-.1, .4) + "L" + at(.5, -.35))
	case Attention: // triangle !
		c.printf(`<path d="M%sL%sL%sZ" fill="%s"%s stroke-linejoin="round"/>`, at(0, -1.1), at(1.1, .85), at(-1.1, .85), yellow, pen)
		stroke("M" + at(0, -.45) + "L" + at(0, .2) + "M" + at(0, .55) + "L" + at(0, .56))
	case Training: // hatched square
		c.printf(`<rect x="%s" y="%s" width="%s" height="%s" fill="%s"%s/>`, n(x-r*.9), n(y-r*.9), n(r*1.8), n(r*1.8), paper, pen)
		stroke("M" + at(-.7, .1) + "L" + at(.1, -.7) + "M" + at(-.6, .6) + "L" + at(.6, -.6) + "M" + at(-.1, .7) + "L" + at(.7, -.1))
	case Stopped: // circle with a bar
		circle(r, ` fill="`+grey+`" stroke="`+ink+`" stroke-width="3"`)
		stroke("M" + at(-.5, 0) + "L" + at(.5, 0))
	case Offline: // circle struck out
		circle(r, ` fill="`+paper+`"`+pen)
		stroke("M" + at(-.7, .7) + "L" + at(.7, -.7))
	case Fault: // square with a cross and a black frame
		c.printf(`<rect x="%s" y="%s" width="%s" height="%s" fill="%s" stroke="%s" stroke-width="3"/>`, n(x-r*.9), n(y-r*.9), n(r*1.8), n(r*1.8), grey, ink)
		stroke("M" + at(-.45, -.45) + "L" + at(.45, .45) + "M" + at(-.45, .45) + "L" + at(.45, -.45))
	case Emergency: // ring around green
		circle(r*1.25, ` fill="`+paper+`"`+pen)
		circle(r*.9, ` fill="`+green+`"`+pen)
	default: // dashed circle
		circle(r, ` fill="`+paper+`" stroke="`+faint+`" stroke-width="1.5" stroke-dasharray="3 2"`)
	}
}
