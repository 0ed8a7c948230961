package verify

import (
	"strings"

	"checkpoint"
	"checkpoint/verify/credential"
)

// paper is one code that was shown, and what it is known to be.
type paper struct {
	payload  []byte
	read     credential.Parsed
	declared *declared // a declaration of the national service: it is in the data, or looks as if it should be
}

// read understands a code. What is on no list of formats may be the code of a
// declaration: only the data and the policy know. An error means that the data
// gave no proven answer.
func (l *look) read(s *checkpoint.Scan) (*paper, error) {
	if s.ByHand != nil {
		return &paper{payload: s.Payload, read: credential.Typed(*s.ByHand, l.now)}, nil
	}
	p := &paper{payload: s.Payload, read: credential.Read(s.Payload, l.now)}
	if p.read.Format != checkpoint.FormatUnknown || p.read.Err != "" || p.read.Content == "" || l.data == nil {
		return p, nil
	}
	code := strings.TrimSpace(p.read.Content)
	found, err := l.data.Register.Declared(code, "")
	if err != nil {
		return nil, err
	}
	if found != nil || l.data.Policy.DeclarationCode(code) {
		p.declared = nationalDeclaration(code, found, l.data.Policy.DeclarationTime())
	}
	return p, nil
}

// signed tells whether a paper holds its own proof.
func (p *paper) signed() bool {
	return p.read.Format == checkpoint.FormatDCC || p.read.Format == checkpoint.FormatDeclaration
}

// kind is what rules call a paper that is shown with another one: the kind of
// its number, or its format where it has none.
func (p *paper) kind() string {
	switch {
	case p.declared != nil:
		return checkpoint.KindDeclared.String()
	case p.signed():
		return string(p.read.Format)
	}
	return p.read.Kind.String()
}

// rank orders papers by how well they tell who stands there: of two that are
// shown together the better one is decided on, of equals the newer. Zero says
// something of its holder, and less than that is nobody's.
func (p *paper) rank() int {
	card := &p.read.Credential
	switch {
	case p.signed() || p.declared != nil:
		return 0
	case !card.Personal():
		return -1
	case card.Format == checkpoint.FormatCCCD2021 || card.Format == checkpoint.FormatCanCuoc2024:
		return 4
	case card.Kind == checkpoint.KindPersonQR || card.Kind == checkpoint.KindBHYT:
		return 1
	case card.Format == checkpoint.FormatNumberOnly, card.Format == checkpoint.FormatTyped: // no name stands beside it
		return 2
	}
	return 3
}
