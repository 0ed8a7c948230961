package pin

import "slices"

// Role is what a PIN's holder is at the box.
type Role string

// The roles.
const (
	Guard      Role = "guard"
	Lead       Role = "lead" // of a shift
	Technician Role = "technician"
)

// Act is what a role may do, or not.
type Act string

// The acts.
const (
	SignIn    Act = "sign-in"    // on a paired device
	Answer    Act = "answer"     // for the people before a lane
	Override  Act = "override"   // a red, or an emergency that is over
	SearchLog Act = "search-log" // of the day's records
	Maintain  Act = "maintain"   // settings, self-test, walk of the lamps
)

// rights are who may what. A technician answers for nobody: who repairs a box
// does not decide about people.
var rights = map[Role][]Act{
	Guard:      {SignIn, Answer},
	Lead:       {SignIn, Answer, Override, SearchLog},
	Technician: {SignIn, Maintain},
}

// Known tells whether there is such a role.
func (r Role) Known() bool { return rights[r] != nil }

// May tells whether a role may do this.
func (r Role) May(a Act) bool { return slices.Contains(rights[r], a) }
