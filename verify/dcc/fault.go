package dcc

// Fault names why a passport was refused. It is an error; its words hold
// nothing of what the passport says.
type Fault string

// The faults, in the order in which they are looked for.
const (
	TooLong         Fault = "TOO_LONG"
	NotHC1          Fault = "NOT_HC1"
	NotBase45       Fault = "NOT_BASE45"
	NotZlib         Fault = "NOT_ZLIB"
	TooBig          Fault = "TOO_BIG"
	NotCOSE         Fault = "NOT_COSE"
	AlgorithmOther  Fault = "ALGORITHM"
	SignerUnnamed   Fault = "SIGNER_UNNAMED"
	SignerUnknown   Fault = "SIGNER_UNKNOWN"
	SignatureWrong  Fault = "SIGNATURE_WRONG"
	NotClaims       Fault = "NOT_CLAIMS"
	TimeMissing     Fault = "TIME_MISSING"
	SignerNotValid  Fault = "SIGNER_NOT_VALID"
	NotYetIssued    Fault = "NOT_YET_ISSUED"
	Expired         Fault = "EXPIRED"
	VersionUnknown  Fault = "VERSION"
	SchemaBroken    Fault = "SCHEMA"
	KeyUsageForeign Fault = "KEY_USAGE"
)

var words = map[Fault]string{
	TooLong:         "longer than a QR code can hold",
	NotHC1:          "does not start with HC1:",
	NotBase45:       "not base45: letters are missing or were changed",
	NotZlib:         "the compressed content is broken or followed by something else",
	TooBig:          "the content is larger than any passport",
	NotCOSE:         "not a COSE message with one signature",
	AlgorithmOther:  "the signature is neither ES256 nor PS256, or the signer's key is of another kind or size",
	SignerUnnamed:   "does not say who signed it",
	SignerUnknown:   "the signer is not on the list",
	SignatureWrong:  "the signature of a listed signer is wrong",
	NotClaims:       "signed, but not a passport",
	TimeMissing:     "does not say when it was issued and when it expires",
	SignerNotValid:  "signed when the signer's certificate was not valid, or it is not valid now",
	NotYetIssued:    "issued in the future",
	Expired:         "expired",
	VersionUnknown:  "of a version that is not known",
	SchemaBroken:    "the content breaks the specification",
	KeyUsageForeign: "the signer may not sign this kind of certificate",
}

func (f Fault) Error() string { return "vaccine passport: " + words[f] }

// Damaged tells whether the code was misread or cut short, so that scanning it
// again may help. Nothing is known of its signer then.
func (f Fault) Damaged() bool {
	switch f {
	case TooLong, NotHC1, NotBase45, NotZlib, TooBig, NotCOSE:
		return true
	}
	return false
}

// broken is a SchemaBroken that says where. It never says what stands there.
type broken struct{ field, want string }

func (b broken) Error() string { return SchemaBroken.Error() + ": " + b.field + ": want " + b.want }
func (b broken) Unwrap() error { return SchemaBroken }
