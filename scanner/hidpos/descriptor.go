package hidpos

import "errors"

// Bounds on what a descriptor may ask for. The kernel's own are 4,096 bytes of
// descriptor (HID_MAX_DESCRIPTOR_SIZE) and 16,384 bytes of report.
const (
	maxDescriptor = 4096
	maxReportBits = 8 * 16384
	maxDepth      = 32
	maxUsages     = 256 // of one main item
	maxFields     = 1024
)

var errDescriptor = errors.New("HID report descriptor is malformed")

// input is one field of an input report, with what it is for.
type input struct {
	field
	report      byte
	usage       uint32 // page << 16 | usage
	application uint32 // the usage of the collection around all
}

// globals are the items that hold until they change (HID 1.11, 6.2.2.7).
type globals struct {
	page, size, count uint32
	report            byte
}

// parser walks a descriptor. Only what input reports are made of is kept.
type parser struct {
	globals
	stack       []globals
	usages      []uint32 // local: of the next main item
	low         uint32   // usage minimum; valid with hasLow
	hasLow      bool
	collections []uint32 // usages of the open ones
	used        [256]int // bits of each input report so far
	fields      []input
	numbered    bool
	scanner     bool // an application collection of a scanner was seen
}

// Types of items, and their tags (HID 1.11, 6.2.2.2 and following).
const (
	typeMain   = 0
	typeGlobal = 1
	typeLocal  = 2

	tagInput         = 0x8
	tagCollection    = 0xA
	tagEndCollection = 0xC

	tagUsagePage   = 0x0
	tagReportSize  = 0x7
	tagReportID    = 0x8
	tagReportCount = 0x9
	tagPush        = 0xA
	tagPop         = 0xB

	tagUsage        = 0x0
	tagUsageMinimum = 0x1
	tagUsageMaximum = 0x2

	longItem = 0xFE
)

func (p *parser) parse(d []byte) error {
	if len(d) > maxDescriptor {
		return errDescriptor
	}
	for len(d) > 0 {
		head := d[0]
		d = d[1:]
		if head == longItem { // reserved: its size follows, nobody uses it
			if len(d) < 2 || len(d) < 2+int(d[0]) {
				return errDescriptor
			}
			d = d[2+int(d[0]):]
			continue
		}
		size := [4]int{0, 1, 2, 4}[head&3]
		if len(d) < size {
			return errDescriptor
		}
		var value uint32
		for i := range size {
			value |= uint32(d[i]) << (8 * i)
		}
		d = d[size:]
		if err := p.item(head>>2&3, head>>4, value, size); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) item(kind, tag byte, value uint32, size int) error {
	switch kind {
	case typeMain:
		defer p.forgetLocals()
		return p.main(tag, value)
	case typeGlobal:
		return p.global(tag, value)
	case typeLocal:
		return p.local(tag, value, size)
	}
	return nil
}

func (p *parser) forgetLocals() { p.usages, p.hasLow = p.usages[:0], false }

func (p *parser) main(tag byte, value uint32) error {
	switch tag {
	case tagInput:
		return p.input(value)
	case tagCollection:
		var usage uint32
		if len(p.usages) > 0 {
			usage = p.usages[0]
		}
		if len(p.collections) == maxDepth {
			return errDescriptor
		}
		p.collections = append(p.collections, usage)
		p.scanner = p.scanner || isScanner(p.collections[0])
	case tagEndCollection:
		if len(p.collections) == 0 {
			return errDescriptor
		}
		p.collections = p.collections[:len(p.collections)-1]
	}
	return nil
}

// Bits of an Input item (HID 1.11, 6.2.2.5).
const (
	isConstant = 1 << 0
	isVariable = 1 << 1
)

func (p *parser) input(flags uint32) error {
	offset := p.used[p.report]
	if p.size > 32 || p.count > maxReportBits || offset+int(p.size*p.count) > maxReportBits {
		return errDescriptor
	}
	p.used[p.report] += int(p.size * p.count)
	if flags&isConstant != 0 || len(p.usages) == 0 || len(p.collections) == 0 || p.size == 0 || p.count == 0 {
		return nil // padding, or nothing that we would ask for
	}
	f := input{field: field{offset, int(p.size), int(p.count)}, report: p.report, usage: p.usages[0], application: p.collections[0]}
	if len(p.usages) == 1 || flags&isVariable == 0 {
		return p.keep(f)
	}
	// One part for each usage; the last usage has all that are left.
	for i, usage := range p.usages {
		if i >= int(p.count) {
			break
		}
		f.usage, f.offset, f.count = usage, offset+i*int(p.size), 1
		if i == len(p.usages)-1 {
			f.count = int(p.count) - i
		}
		if err := p.keep(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) keep(f input) error {
	if len(p.fields) == maxFields {
		return errDescriptor
	}
	p.fields = append(p.fields, f)
	return nil
}

func (p *parser) global(tag byte, value uint32) error {
	switch tag {
	case tagUsagePage:
		p.page = value & 0xFFFF
	case tagReportSize:
		p.size = value
	case tagReportCount:
		p.count = value
	case tagReportID:
		if value == 0 || value > 255 {
			return errDescriptor
		}
		p.report, p.numbered = byte(value), true
	case tagPush:
		if len(p.stack) == maxDepth {
			return errDescriptor
		}
		p.stack = append(p.stack, p.globals)
	case tagPop:
		if len(p.stack) == 0 {
			return errDescriptor
		}
		p.globals = p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
	}
	return nil
}

// local: a usage of four bytes brings its page along.
func (p *parser) local(tag byte, value uint32, size int) error {
	if size < 4 {
		value |= p.page << 16
	}
	switch tag {
	case tagUsage:
		p.usages = append(p.usages, value)
	case tagUsageMinimum:
		p.low, p.hasLow = value, true
	case tagUsageMaximum:
		if !p.hasLow || value < p.low || value-p.low >= maxUsages {
			return errDescriptor
		}
		for u := p.low; ; u++ {
			if p.usages = append(p.usages, u); u == value {
				break
			}
		}
		p.hasLow = false
	}
	if len(p.usages) > maxUsages {
		return errDescriptor
	}
	return nil
}
