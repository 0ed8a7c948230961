package symbol

// The field of 256 elements over x^8+x^4+x^3+x^2+1 (7.5.2).
var (
	exp [510]byte
	log [256]int
)

func init() {
	v := 1
	for i := range 255 {
		exp[i], exp[i+255], log[v] = byte(v), byte(v), i
		if v <<= 1; v > 255 {
			v ^= 0x11d
		}
	}
}

func mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return exp[log[a]+log[b]]
}

func div(a, b byte) byte { // b is not 0
	if a == 0 {
		return 0
	}
	return exp[log[a]+255-log[b]]
}

// corrector mends one block of codewords. Two wrong codewords cost four of its
// check codewords, two that are known to be doubtful only two (errors and
// erasures; Blahut, Theory and Practice of Error Control Codes, 7.5).
type corrector struct {
	syndromes []byte
	locator   []byte
	previous  []byte
	next      []byte
	evaluator []byte
	tries     int // calls of mend so far
}

// load computes the syndromes of a block with checks check codewords at its
// end, and tells whether it is sound as it is.
func (c *corrector) load(block []byte, checks int) (sound bool) {
	c.syndromes = c.syndromes[:0]
	sound = true
	for i := range checks {
		var s byte
		for _, v := range block {
			s = mul(s, exp[i]) ^ v
		}
		c.syndromes = append(c.syndromes, s)
		sound = sound && s == 0
	}
	return sound
}

// mend corrects the loaded block, whose codewords at doubtful may be anything,
// if at least spare check codewords are left over to confirm the result. The
// block is changed only then.
func (c *corrector) mend(block []byte, doubtful []int, spare int) bool {
	c.tries++
	checks := len(c.syndromes)
	errors, ok := c.locate(len(block), doubtful)
	if !ok || 2*errors+len(doubtful) > checks-spare {
		return false
	}
	degree := errors + len(doubtful)
	c.evaluate(checks)
	var places [256]int
	var values [256]byte
	found := 0
	for i := range block {
		x := len(block) - 1 - i // the locator of codeword i is α^x
		if c.locatorAt(x, degree) != 0 {
			continue
		}
		value, ok := c.magnitude(x, degree)
		if !ok || found == degree {
			return false
		}
		places[found], values[found] = i, value
		found++
	}
	if found != degree {
		return false
	}
	for k, i := range places[:found] {
		block[i] ^= values[k]
	}
	return true
}

// locate finds the locator polynomial by Berlekamp's and Massey's algorithm,
// begun with the doubtful places. It gives the number of further errors.
func (c *corrector) locate(n int, doubtful []int) (errors int, ok bool) {
	checks := len(c.syndromes)
	c.locator, c.previous, c.next = zeroed(c.locator, checks+1), zeroed(c.previous, checks+1), zeroed(c.next, checks+1)
	c.locator[0] = 1
	for k, i := range doubtful {
		x := exp[n-1-i]
		for j := k + 1; j > 0; j-- {
			c.locator[j] ^= mul(x, c.locator[j-1])
		}
	}
	copy(c.previous, c.locator)
	length := len(doubtful)
	for r := len(doubtful) + 1; r <= checks; r++ {
		var delta byte
		for i := range r {
			delta ^= mul(c.locator[i], c.syndromes[r-i-1])
		}
		copy(c.next[1:], c.previous[:checks])
		c.next[0] = 0
		if delta == 0 {
			c.previous, c.next = c.next, c.previous
			continue
		}
		grow := 2*length <= r+len(doubtful)-1
		if grow {
			length = r + len(doubtful) - length
		}
		for i := range c.locator {
			was := c.locator[i]
			c.locator[i] ^= mul(delta, c.next[i])
			if grow {
				c.previous[i] = div(was, delta)
			} else {
				c.previous[i] = c.next[i]
			}
		}
	}
	degree := checks
	for degree > 0 && c.locator[degree] == 0 {
		degree--
	}
	return length - len(doubtful), degree == length
}

func zeroed(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	b = b[:n]
	clear(b)
	return b
}

// evaluate is Forney's polynomial: syndromes times locator, cut at checks.
func (c *corrector) evaluate(checks int) {
	c.evaluator = zeroed(c.evaluator, checks)
	for i, l := range c.locator {
		if l == 0 {
			continue
		}
		for j := 0; i+j < checks; j++ {
			c.evaluator[i+j] ^= mul(l, c.syndromes[j])
		}
	}
}

// locatorAt is the locator polynomial at α^-x: 0 where a codeword is wrong.
func (c *corrector) locatorAt(x, degree int) byte {
	var v byte
	for i := degree; i >= 0; i-- {
		v = mul(v, exp[(255-x)%255]) ^ c.locator[i]
	}
	return v
}

// magnitude is by what the codeword is wrong (Forney's algorithm).
func (c *corrector) magnitude(x, degree int) (byte, bool) {
	inverse := exp[(255-x)%255]
	var top, bottom byte
	for i := len(c.evaluator) - 1; i >= 0; i-- {
		top = mul(top, inverse) ^ c.evaluator[i]
	}
	square := mul(inverse, inverse)
	last := degree
	if last%2 == 0 {
		last--
	}
	for i := last; i > 0; i -= 2 { // the derivative has the odd terms only
		bottom = mul(bottom, square) ^ c.locator[i]
	}
	if bottom == 0 {
		return 0, false
	}
	return mul(exp[x%255], div(top, bottom)), true
}
