package enrol

// Refusal is the office's reason not to grant what a box asks. The words are
// part of the protocol: a box shows the technician what each means.
type Refusal string

// The refusals.
const (
	UnknownClaim Refusal = "claim unknown"    // never made, taken back, or of another office
	ExpiredClaim Refusal = "claim expired"    // by the office's clock
	UsedClaim    Refusal = "claim used"       // another machine asked with it
	Unproven     Refusal = "request unproven" // not made with the claim
	Retired      Refusal = "box retired"      // or another machine is in its place
	TooMany      Refusal = "too many requests"
	Malformed    Refusal = "not understood"
	Trouble      Refusal = "office in trouble" // not the box's doing: ask again later
)

func (r Refusal) Error() string { return "the office refuses: " + string(r) }

// Passing tells whether asking again later may help.
func (r Refusal) Passing() bool { return r == TooMany || r == Trouble }

// Paths of the office's server. Each takes a POST with a message of at most
// [MaxBody] bytes; 200 carries a grant, 202 says that somebody has yet to
// approve, anything else carries a [Refusal] as text.
const (
	EnrolPath = "/v1/enrol"
	RenewPath = "/v1/renew"
	MaxBody   = maxMessage
)
