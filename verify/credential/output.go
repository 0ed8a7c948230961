package credential

import (
	"time"

	"checkpoint"
)

// answer is one line of checkpointctl parse --json. An absent key means "not
// there"; names and order are part of the command's contract.
type answer struct {
	Format     string   `json:"format,omitempty"`
	Error      string   `json:"error,omitempty"`
	Warnings   []string `json:"warnings"`
	Action     string   `json:"action,omitempty"`
	FieldCount int      `json:"field_count,omitempty"`

	IDNumber    string `json:"id_number,omitempty"`
	OldID       string `json:"old_id,omitempty"`
	CancelledID string `json:"cancelled_id,omitempty"`
	FullName    string `json:"full_name,omitempty"`
	NameFold    string `json:"name_fold,omitempty"`
	Birth       string `json:"dob,omitempty"`
	Precision   string `json:"dob_precision,omitempty"`
	Sex         string `json:"sex,omitempty"`
	Address     string `json:"address,omitempty"`
	IssueDate   string `json:"issue_date,omitempty"`
	Father      string `json:"father,omitempty"`
	Mother      string `json:"mother,omitempty"`
	TextQuality string `json:"text_quality,omitempty"`
	Text        string `json:"text,omitempty"`
	Consistent  *bool  `json:"consistent,omitempty"`

	BirthRegCode string `json:"birth_reg_code,omitempty"`
	BirthRegName string `json:"birth_reg_name,omitempty"`
	BirthYear    int    `json:"birth_year,omitempty"`
	Status       string `json:"status,omitempty"`
	ChipCAN      string `json:"chip_can,omitempty"`

	Host    string `json:"host,omitempty"`
	GroupID string `json:"group_id,omitempty"`

	*healthAnswer
	*personalAnswer
}

type healthAnswer struct {
	CardNo          string `json:"card_no,omitempty"`
	ObjectCode      string `json:"object_code,omitempty"`
	BenefitLevel    string `json:"benefit_level,omitempty"`
	ProvinceCode    string `json:"province_code,omitempty"`
	InsuranceNo     string `json:"bhxh_no,omitempty"`
	InitialHospital string `json:"initial_hospital,omitempty"`
	ValidFrom       string `json:"valid_from,omitempty"`
	ValidTo         string `json:"valid_to,omitempty"`
	ManagerCode     string `json:"manager_code,omitempty"`
	ParentName      string `json:"parent_name,omitempty"`
	AreaCode        string `json:"area_code,omitempty"`
	FiveYearDate    string `json:"five_year_date,omitempty"`
	Check           string `json:"check,omitempty"`
	IssuingPlace    string `json:"issuing_place,omitempty"`
}

type personalAnswer struct {
	DocNo       string         `json:"doc_no,omitempty"`
	DocNoSuffix string         `json:"doc_no_suffix,omitempty"`
	IDType      int            `json:"id_type"`
	QID         string         `json:"qid,omitempty"`
	Masked      bool           `json:"masked"`
	Signed      bool           `json:"signed"`
	Extension   personalExtras `json:"ext"`
	ExtShifted  bool           `json:"ext_shifted,omitempty"`
}

type personalExtras struct {
	DeclarerQID string `json:"declarer_qid,omitempty"`
	Gender      int    `json:"gender"`
	Insurance   string `json:"bhyt,omitempty"`
	Phone       string `json:"phone,omitempty"`
	Signature   string `json:"signature,omitempty"`
}

func (p *Parsed) answer(now time.Time) *answer {
	a := &answer{
		Format: string(p.Format), Error: string(p.Err), Action: p.action(), FieldCount: p.Fields,
		OldID: p.OldNumber, CancelledID: p.CancelledID,
		FullName: p.FullName, NameFold: p.NameFold,
		Birth: p.Birth.String(), Precision: precision(p.Birth), Sex: p.Sex.String(),
		Address: p.Address, IssueDate: p.Issued.String(), Father: p.Father, Mother: p.Mother,
		TextQuality: string(p.Text), Text: p.Content,
		BirthRegCode: p.RegCode, BirthRegName: p.RegName,
		Host: p.Host, GroupID: p.Group,
	}
	a.Warnings = make([]string, 0, len(p.Warnings))
	for _, w := range p.Warnings {
		a.Warnings = append(a.Warnings, string(w))
	}
	if p.Health == nil && p.Unified == nil {
		a.IDNumber = p.Number
	}
	p.addNumber(a, now)
	p.addHealth(a)
	p.addPersonal(a)
	if p.isChip() && p.Err == "" {
		consistent := p.Consistent()
		a.Consistent = &consistent
	}
	return a
}

func (p *Parsed) isChip() bool {
	return p.Format == checkpoint.FormatCCCD2021 || p.Format == checkpoint.FormatCanCuoc2024
}

// action says what to do with a code that names nobody.
func (p *Parsed) action() string {
	switch p.Format {
	case checkpoint.FormatPlaceCode, checkpoint.FormatURL, checkpoint.FormatPayment, checkpoint.FormatBoxClaim:
		return "REJECT_NOT_PERSONAL"
	case checkpoint.FormatUnknown:
		if p.Err == "" {
			return "REJECT"
		}
	}
	return ""
}

// addNumber adds what a 12-digit number tells by itself.
func (p *Parsed) addNumber(a *answer, now time.Time) {
	n, ok := ParseNumber(p.Number)
	if !ok || p.Kind != checkpoint.KindCCCD {
		return
	}
	a.BirthYear, a.Status, a.ChipCAN = n.BirthYear, n.Status(now), n.Serial
	if p.Format == checkpoint.FormatNumberOnly {
		a.Sex = n.Sex.String()
	}
}

func (p *Parsed) addHealth(a *answer) {
	h := p.Health
	if h == nil {
		return
	}
	a.healthAnswer = &healthAnswer{
		CardNo: p.Number, ObjectCode: h.ObjectCode, BenefitLevel: h.Level, ProvinceCode: h.Province,
		InsuranceNo: h.InsuranceNo, InitialHospital: h.Hospital,
		ValidFrom: h.From.String(), ValidTo: h.To.String(), ManagerCode: h.Manager, ParentName: h.Parent,
		AreaCode: h.Area, FiveYearDate: h.FiveYear.String(), Check: h.Check, IssuingPlace: h.Issuer,
	}
}

func (p *Parsed) addPersonal(a *answer) {
	q := p.Unified
	if q == nil {
		return
	}
	a.personalAnswer = &personalAnswer{
		DocNo: q.Document, DocNoSuffix: q.Suffix, IDType: q.Type, QID: q.ID,
		Masked: q.Masked, Signed: q.Signature != "", ExtShifted: q.Shifted,
		Extension: personalExtras{q.Declarer, q.Gender, q.Insurance, q.Phone, q.Signature},
	}
}

// precision names what is known of a date that is not known to the day.
func precision(d checkpoint.Date) string {
	switch {
	case d.IsZero() || d.Day != 0:
		return ""
	case d.Month != 0:
		return "month"
	}
	return "year"
}
