package collector

import (
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
	"sync"

	"checkpoint"
	"checkpoint/store/journal"
)

// openerSegments bounds the segment keys held: enough for a province whose
// boxes all restarted today.
const openerSegments = 4096

// KeyOpener opens records with the province's private key. It is safe for
// concurrent use.
type KeyOpener struct {
	Key hpke.PrivateKey
	// BoxKey is the public key of a box; false: no such box. Nil: headers are
	// opened without checking who signed them.
	BoxKey func(box string) (ed25519.PublicKey, bool)

	mu   sync.Mutex
	keys map[string]*journal.SegmentKey // by header
}

// Open implements [Opener].
func (o *KeyOpener) Open(header []byte, s journal.Sealed) (checkpoint.Record, error) {
	key, err := o.segment(header)
	if err != nil {
		return checkpoint.Record{}, err
	}
	return key.Open(s)
}

func (o *KeyOpener) segment(header []byte) (*journal.SegmentKey, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if k := o.keys[string(header)]; k != nil {
		return k, nil
	}
	h, err := journal.ParseHeader(header)
	if err != nil {
		return nil, err
	}
	if o.BoxKey != nil {
		public, ok := o.BoxKey(h.Box)
		if !ok {
			return nil, fmt.Errorf("open segment: box %q is not enrolled", h.Box)
		}
		if err := h.Verify(public); err != nil {
			return nil, err
		}
	}
	k, err := journal.OpenSegmentKey(h, o.Key)
	if err != nil {
		return nil, err
	}
	if o.keys == nil || len(o.keys) >= openerSegments {
		o.keys = map[string]*journal.SegmentKey{}
	}
	o.keys[string(header)] = k
	return k, nil
}
