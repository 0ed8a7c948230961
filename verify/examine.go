package verify

import (
	"time"

	"checkpoint"
	"checkpoint/verify/credential"
	"checkpoint/verify/policy"
)

// Names of card fields that may differ, as `checkpointctl parse` prints them.
const (
	fieldName   = "full_name"
	fieldSex    = "sex"
	fieldBirth  = "dob"
	fieldIssued = "issue_date"
)

// examination gathers what there is to say about a card and its holder.
type examination struct {
	facts    policy.Facts
	findings []checkpoint.Finding
	differs  []string
	until    time.Time // when the declaration that was shown ends; zero: none, or not known
}

func (e *examination) found(f checkpoint.Finding) { e.findings = append(e.findings, f) }

func (e *examination) differ(field string, f checkpoint.Finding) {
	e.differs = append(e.differs, field)
	e.found(f)
}

func examine(card *checkpoint.Credential, m checkpoint.Match, lane checkpoint.LaneInfo, data *Data, now time.Time) *examination {
	e := &examination{}
	e.surroundings(lane, data, now)
	e.card(card, now)
	e.compare(card, m)
	if m.Opened {
		if !m.Further {
			e.issue(card, m.Person)
		}
		e.holder(m.Person, now)
	}
	return e
}

// surroundings notes where the card is shown, and how old the data is.
func (e *examination) surroundings(lane checkpoint.LaneInfo, data *Data, now time.Time) {
	age := now.Sub(data.Created).Hours()
	e.facts.Data.AgeHours = age
	e.facts.Data.Fresh, e.facts.Data.Stale = data.Policy.Age(age)
	if e.facts.Data.Stale {
		e.found(checkpoint.FoundDataStale)
	}
	e.facts.Lane = policy.Lane{SiteType: lane.SiteType, Direction: lane.Direction.String()}
	here := now.In(vietnam)
	e.facts.Clock = policy.Clock{Hour: here.Hour(), Weekday: (int(here.Weekday())+6)%7 + 1}
	e.facts.Test = tested(checkpoint.Tests{}, now)
	e.zones(lane, data, now, "", "")
}

// zones notes the levels of where somebody comes from, goes to, and stands.
func (e *examination) zones(lane checkpoint.LaneInfo, data *Data, now time.Time, from, to string) {
	if to == "" && lane.Direction == checkpoint.In {
		to = lane.Commune
	}
	day := checkpoint.DateOf(now.In(vietnam))
	level := func(commune string) int { return data.Zones.Level(commune, day) }
	e.facts.Zone = policy.Zone{From: level(from), To: level(to), Here: level(lane.Commune)}
}

// card notes what the card says by itself.
func (e *examination) card(c *checkpoint.Credential, now time.Time) {
	f := &e.facts.Card
	f.Kind, f.Format = c.Kind.String(), string(c.Format)
	f.HasBirth, f.Typed = !c.Birth.IsZero(), c.Format == checkpoint.FormatTyped
	f.Region = c.RegCode
	if !f.HasBirth {
		e.found(checkpoint.FoundBirthMissing)
	}
	if f.Age = age(c, now); f.Age >= 0 && f.Age < adult {
		e.found(checkpoint.FoundChild)
	}
	if c.Has(checkpoint.WarnBirthYearMismatch) || c.Has(checkpoint.WarnCenturyMismatch) {
		f.Contradicts = true
		e.found(checkpoint.FoundNumberBirthYear)
	}
	if c.Has(checkpoint.WarnSexMismatch) {
		f.Contradicts = true
		e.found(checkpoint.FoundNumberSex)
	}
	if c.Has(checkpoint.WarnRegCodeUnknown) {
		e.found(checkpoint.FoundNumberUnknown)
	}
	if c.FullName != "" && c.NameFold == "" {
		f.Damaged = true
		e.found(checkpoint.FoundTextDamaged)
	}
}

// age is what the birth date says, else the year in a 12-digit number; -1: neither.
func age(c *checkpoint.Credential, now time.Time) int {
	if !c.Birth.IsZero() {
		return youngest(c.Birth, now)
	}
	if n, ok := credential.ParseNumber(c.Number); ok && c.Kind == checkpoint.KindCCCD && n.BirthYear <= now.Year() {
		return youngest(checkpoint.Date{Year: n.BirthYear}, now)
	}
	return -1
}

// youngest is the age in full years that the holder has at least, whatever day
// a partial date stands for: a child must never be taken for an adult.
func youngest(birth checkpoint.Date, now time.Time) int {
	latest := birth.First()
	switch {
	case birth.Month == 0:
		latest = latest.AddDate(1, 0, -1)
	case birth.Day == 0:
		latest = latest.AddDate(0, 1, -1)
	}
	now = now.In(vietnam)
	age := now.Year() - latest.Year()
	if now.Month() < latest.Month() || now.Month() == latest.Month() && now.Day() < latest.Day() {
		age--
	}
	return max(age, 0)
}

// compare holds the card's lines against the data.
func (e *examination) compare(c *checkpoint.Credential, m checkpoint.Match) {
	e.facts.Person.Found, e.facts.Person.Known = m.Found, m.Opened
	f := &e.facts.Card
	switch {
	case !m.Found:
		e.found(checkpoint.FoundNotInData)
		return
	case !m.Opened:
		if f.HasBirth {
			f.Differs = true
			e.differ(fieldBirth, checkpoint.FoundBirthDiffers)
		}
		return
	}
	if m.Name == checkpoint.Differs {
		f.Differs = true
		e.differ(fieldName, checkpoint.FoundNameDiffers)
	}
	if m.Sex == checkpoint.Differs {
		f.Differs = true
		e.differ(fieldSex, checkpoint.FoundSexDiffers)
	}
	f.Agrees = m.Name == checkpoint.Agrees && m.Sex == checkpoint.Agrees
}

// issue notes whether the card shown is the one the data knows, and whether
// that was reported. It is not asked about a person's further papers: a health
// card has an issue date of its own, and a passport is not the card that
// was lost. A report does not touch a card issued after it, and a replacement
// not the card that was issued that day.
func (e *examination) issue(c *checkpoint.Credential, p checkpoint.Person) {
	f := &e.facts.Card
	if issueUnreadable(c) && !p.Issued.IsZero() {
		f.Differs = true
		e.differ(fieldIssued, checkpoint.FoundIssueDiffers)
	}
	if !c.Issued.IsZero() && !p.Issued.IsZero() && c.Issued != p.Issued {
		f.Older = c.Issued.First().Before(p.Issued.First())
		f.Newer = !f.Older
		e.differ(fieldIssued, checkpoint.FoundIssueDiffers)
	}
	dated := !p.CardSince.IsZero() && !c.Issued.IsZero()
	switch {
	case dated && c.Issued.First().After(p.CardSince.First()):
	case p.Card == checkpoint.CardLost:
		f.Reported = "lost"
		e.found(checkpoint.FoundCardLost)
	case p.Card == checkpoint.CardWithdrawn:
		f.Reported = "withdrawn"
		e.found(checkpoint.FoundCardWithdrawn)
	case p.Card == checkpoint.CardReplaced:
		f.Older = f.Older || !dated || c.Issued != p.CardSince
	}
	if f.Older {
		e.found(checkpoint.FoundCardReissued)
	}
}

// issueUnreadable tells whether a chip card, which always has an issue date,
// gives one that is no date: which of the holder's cards it is cannot be told.
func issueUnreadable(c *checkpoint.Credential) bool {
	chip := c.Format == checkpoint.FormatCCCD2021 || c.Format == checkpoint.FormatCanCuoc2024
	return chip && c.Issued.IsZero() && c.Has(checkpoint.WarnDateVariant)
}

// holder notes what the data says of the person.
func (e *examination) holder(p checkpoint.Person, now time.Time) {
	e.facts.Person.Exempt = p.Exempt
	if p.Exempt {
		e.found(checkpoint.FoundExempt)
	}
	e.doses(p, now)
	e.illness(p, now)
	e.facts.Test = tested(p.Tests, now)
}

// tested counts hours since samples were taken.
func tested(t checkpoint.Tests, now time.Time) policy.Test {
	hours := func(taken time.Time) float64 {
		if taken.IsZero() || taken.After(now) {
			return -1
		}
		return now.Sub(taken).Hours()
	}
	return policy.Test{PCRHours: hours(t.PCR), RapidHours: hours(t.Rapid), PositiveHours: hours(t.Positive)}
}

func (e *examination) doses(p checkpoint.Person, now time.Time) {
	f := &e.facts.Doses
	f.Count = p.DoseCount
	for _, d := range p.Doses {
		days := daysSince(d.Date, now)
		f.Days = append(f.Days, days)
		if d.Course == 1 {
			f.WholeDays = append(f.WholeDays, days)
		}
	}
	if len(p.Doses) > 0 {
		f.Course = p.Doses[0].Course
	}
	if f.Count == 0 {
		e.found(checkpoint.FoundDosesMissing)
	}
}

func (e *examination) illness(p checkpoint.Person, now time.Time) {
	f := &e.facts.Case
	switch p.Case {
	case checkpoint.CaseF0, checkpoint.CaseF1:
		f.Listed = true
		ended := !p.CaseUntil.IsZero() && daysSince(p.CaseUntil, now) > 0
		begun := p.CaseFrom.IsZero() || daysSince(p.CaseFrom, now) >= 0
		f.Active = begun && !ended
		if f.Active {
			e.found(checkpoint.FoundCaseActive)
		} else {
			e.found(checkpoint.FoundCaseEnded)
		}
	case checkpoint.CaseRecovered:
		since := p.CaseUntil // the day of recovery, where it is known
		if since.IsZero() || daysSince(since, now) < 0 {
			since = p.CaseFrom
		}
		f.RecoveredDays = daysSince(since, now)
		if f.Recovered = f.RecoveredDays >= 0; f.Recovered { // a day to come has cured nobody yet
			e.found(checkpoint.FoundRecovered)
		}
	}
}

// vietnam is the only time zone of the product: a day of the rules ends at
// midnight in Hanoi. It has no daylight saving, so no zone file is needed.
var vietnam = time.FixedZone("+07", 7*60*60)

// daysSince counts whole calendar days from d to now, in Vietnam; negative for
// a day to come.
func daysSince(d checkpoint.Date, now time.Time) int {
	today := checkpoint.DateOf(now.In(vietnam)).First()
	return int(today.Sub(d.First()) / (24 * time.Hour))
}
