package snapshot

import (
	"errors"
	"fmt"

	"checkpoint"
)

// probe is an invented record in every layer. A box looks it up before it
// trusts a layer with people: with the wrong pepper every lookup would
// otherwise prove, correctly and uselessly, that nobody is in the data.
func probe() *Person {
	return &Person{Kind: checkpoint.KindProbe, Number: "PROBE", Birth: checkpoint.Date{Year: 2000}, NameFold: "PROBE", Sex: checkpoint.Female}
}

// ErrOtherPepper: a layer does not open with this box's pepper.
var ErrOtherPepper = errors.New("layer was built with another pepper")

// Probe proves that a layer opens with this pepper.
func (l *Layer) Probe(p Pepper) error {
	if l.ref.Header.Pepper != p.ID() {
		return fmt.Errorf("%w: %w (%x, this box has %x)", ErrUntrusted, ErrOtherPepper, l.ref.Header.Pepper, p.ID())
	}
	who := probe()
	m, err := l.lookup(p, newSecrets(p, l.ref.Header.Stretch, checkpoint.Query{Kind: who.Kind, Number: who.Number, Birth: who.Birth, NameFold: who.NameFold, Sex: who.Sex}))
	if err != nil {
		return fmt.Errorf("probe layer: %w", err)
	}
	if m.state != hit || !m.match.Opened || m.match.Name != checkpoint.Agrees || m.match.Sex != checkpoint.Agrees {
		return fmt.Errorf("%w: probe record does not open", ErrDamaged)
	}
	return nil
}
