package policy

// Facts is everything a rule may look at. Names in the tags are the policy
// language; changing one breaks signed policies.
type Facts struct {
	Card   Card   `expr:"card" toml:"card"`
	Person Person `expr:"person" toml:"person"`
	Doses  Doses  `expr:"doses" toml:"doses"`
	Case   Case   `expr:"case" toml:"case"`
	Data   Data   `expr:"data" toml:"data"`
	Lane   Lane   `expr:"lane" toml:"lane"`
}

// Card is the paper shown, held against the data.
type Card struct {
	Kind        string `expr:"kind" toml:"kind"`               // cccd, cmnd, bhyt, passport, pqr, declaration
	Format      string `expr:"format" toml:"format"`           // docs/formats.md
	Age         int    `expr:"age" toml:"age"`                 // full years of the holder, the youngest the printed date allows; -1: not known
	HasBirth    bool   `expr:"has_birth" toml:"has_birth"`     // the paper carries a birth date
	Agrees      bool   `expr:"agrees" toml:"agrees"`           // name, sex and birth date all agree with the data
	Differs     bool   `expr:"differs" toml:"differs"`         // name, sex or birth date differs from the data, or the issue date is none
	Older       bool   `expr:"older" toml:"older"`             // the data knows a newer card
	Newer       bool   `expr:"newer" toml:"newer"`             // the card is newer than the data
	Reported    string `expr:"reported" toml:"reported"`       // lost, withdrawn, or empty
	Contradicts bool   `expr:"contradicts" toml:"contradicts"` // the number says another birth year or sex
	Damaged     bool   `expr:"damaged" toml:"damaged"`         // letters were lost on the way
}

// Person is what the data says of the holder.
type Person struct {
	Found  bool `expr:"found" toml:"found"`   // the number is in the data
	Known  bool `expr:"known" toml:"known"`   // and the birth date belongs to it
	Exempt bool `expr:"exempt" toml:"exempt"` // medically exempt from vaccination
}

// Doses are the vaccinations in the data.
type Doses struct {
	Count     int   `expr:"count" toml:"count"`
	Days      []int `expr:"days" toml:"days"`             // days since each, newest first, at most four
	WholeDays []int `expr:"whole_days" toml:"whole_days"` // of these, the doses that are a whole course by themselves
	Course    int   `expr:"course" toml:"course"`         // doses in the course of the newest alone; 0: not known
}

// Case is the holder's place in the case register.
type Case struct {
	Listed        bool `expr:"listed" toml:"listed"` // as infected or contact, at any time
	Active        bool `expr:"active" toml:"active"` // listed, begun, and its end not passed
	Recovered     bool `expr:"recovered" toml:"recovered"`
	RecoveredDays int  `expr:"recovered_days" toml:"recovered_days"` // days since; only with recovered
}

// Data is the snapshot.
type Data struct {
	AgeHours float64 `expr:"age_hours" toml:"age_hours"`
	Fresh    bool    `expr:"fresh" toml:"fresh"` // age within limits.fresh_hours
	Stale    bool    `expr:"stale" toml:"stale"` // age beyond limits.no_green_hours
}

// Lane is where the paper was shown.
type Lane struct {
	SiteType  string `expr:"site_type" toml:"site_type"`
	Direction string `expr:"direction" toml:"direction"` // in, out
}

// plain is an adult whose card agrees with fresh data and who has nothing else
// on record: what the test cases of a policy start from.
func plain() Facts {
	return Facts{
		Card:   Card{Kind: "cccd", Format: "cccd-2021", Age: 31, HasBirth: true, Agrees: true},
		Person: Person{Found: true, Known: true},
		Data:   Data{AgeHours: 6, Fresh: true},
		Lane:   Lane{SiteType: "building", Direction: "in"},
	}
}
