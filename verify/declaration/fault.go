package declaration

// Fault names why a declaration was refused. It is an error; its words hold
// nothing of what the declaration says.
type Fault string

// The faults, in the order in which they are looked for.
const (
	TooLong        Fault = "TOO_LONG"
	NotCHK1        Fault = "NOT_CHK1"
	NotBase45      Fault = "NOT_BASE45"
	NotCOSE        Fault = "NOT_COSE"
	AlgorithmOther Fault = "ALGORITHM"
	KeyUnknown     Fault = "KEY_UNKNOWN"
	SignatureWrong Fault = "SIGNATURE_WRONG"
	ContentBroken  Fault = "CONTENT"
	IssuerOther    Fault = "ISSUER"
	NotYetIssued   Fault = "NOT_YET_ISSUED"
)

var words = map[Fault]string{
	TooLong:        "longer than a QR code can hold",
	NotCHK1:        "does not start with CHK1:",
	NotBase45:      "not base45: letters are missing or were changed",
	NotCOSE:        "not a COSE message with one signature",
	AlgorithmOther: "the signature is not Ed25519",
	KeyUnknown:     "the key is not on the list",
	SignatureWrong: "the signature of a listed key is wrong",
	ContentBroken:  "signed, but not what a declaration says",
	IssuerOther:    "signed with the key of another issuer than it names",
	NotYetIssued:   "issued in the future",
}

func (f Fault) Error() string { return "mobility declaration: " + words[f] }

// Damaged tells whether the code was misread or cut short, so that scanning it
// again may help. Nothing is known of its signer then.
func (f Fault) Damaged() bool {
	return f == TooLong || f == NotCHK1 || f == NotBase45 || f == NotCOSE
}
