package snapshot

import "bytes"

// EachSealed calls do with tag and sealed body of every entry by rising tag, as
// they lie in proven blocks, so that other stores can be measured on the same
// records. Both slices are good until do returns. An error of do ends it.
func (l *Layer) EachSealed(do func(tag, sealed []byte) error) error {
	for group := range uint32(len(l.groups) / slotSize) {
		blocks, err := l.blocksOf(group)
		if err != nil {
			return err
		}
		for _, b := range blocks {
			for rest := b[blockHead:]; len(rest) > 0; {
				_, tag, body, after, err := nextEntry(rest)
				if err != nil {
					return err
				}
				if err := do(tag, body); err != nil {
					return err
				}
				rest = after
			}
		}
	}
	return nil
}

// blocksOf copies the blocks of a group.
func (l *Layer) blocksOf(group uint32) (blocks []block, err error) {
	err = l.view(func(r *reader) error {
		slots, err := l.group(r, group)
		if err != nil {
			return err
		}
		for slot := range uint32(len(slots) / slotSize) {
			raw, err := r.block(group*groupSlots+slot, slots)
			if err != nil {
				return err
			}
			b, err := parseBlock(bytes.Clone(raw))
			if err != nil {
				return err
			}
			blocks = append(blocks, b)
		}
		return nil
	})
	return blocks, err
}
