package verify_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
)

// meeting is one person with one paper at the lane.
type meeting struct {
	name string
	life func(*life)       // what the data says, beyond an adult whom all rules admit
	card func(*card)       // where the card says something else
	show func(life) string // another paper than the chip card
	age  time.Duration     // of the data, 0: six hours
	want string            // verdict reason rule [findings] [differs]
}

func TestWhoIsAdmittedAndWhoIsNotAndWhy(t *testing.T) {
	var all []meeting
	for _, group := range [][]meeting{doseMeetings(), ageMeetings(), caseMeetings(), reportMeetings(), differMeetings(), paperMeetings()} {
		all = append(all, group...)
	}
	var lives []life
	for i, m := range all {
		l := person(i)
		if m.life != nil {
			m.life(&l)
		}
		lives = append(lives, l)
	}
	p := newProvince(t, source(lives))
	for i, m := range all {
		t.Run(m.name, func(t *testing.T) {
			c := lives[i].card()
			if m.card != nil {
				m.card(&c)
			}
			payload := c.String()
			if m.show != nil {
				payload = m.show(lives[i])
			}
			age := m.age
			if age == 0 {
				age = sixHours
			}
			if got := words(p.desk(today(), age).show(t, payload)); got != m.want {
				t.Errorf("got  %s\nwant %s", got, m.want)
			}
		})
	}
}

const green = "admit G1 two-doses [] []"

func dosesAgo(course int, days ...int) func(*life) {
	return func(l *life) {
		l.doses = nil
		for i, ago := range days {
			l.doses = append(l.doses, checkpoint.Dose{Date: day(ago), Number: i + 1, Course: course})
		}
	}
}

func doseMeetings() []meeting {
	return []meeting{
		{name: "two doses", want: green},
		{name: "second dose 14 days ago", life: dosesAgo(2, 60, 14), want: green},
		{name: "second dose 13 days ago", life: dosesAgo(2, 60, 13), want: "refer A02 one-dose [] []"},
		{name: "a booster yesterday takes nothing away", life: dosesAgo(3, 200, 100, 1), want: green},
		{name: "one dose of two", life: dosesAgo(2, 14), want: "refer A02 one-dose [] []"},
		{name: "one dose of two, 13 days ago", life: dosesAgo(2, 13), want: "refuse R05 no-dose [] []"},
		{name: "a course of one dose", life: dosesAgo(1, 14), want: green},
		{name: "one dose of two, then a course of one dose yesterday", life: func(l *life) {
			l.doses = []checkpoint.Dose{{Date: day(75), Number: 1, Course: 2}, {Date: day(1), Number: 1, Course: 1}}
		}, want: "refer A02 one-dose [] []"},
		{name: "a course of one dose, then one dose of two yesterday", life: func(l *life) {
			l.doses = []checkpoint.Dose{{Date: day(75), Number: 1, Course: 1}, {Date: day(1), Number: 1, Course: 2}}
		}, want: green},
		{name: "a dose that is to come", life: dosesAgo(2, -1, -2), want: "refuse R05 no-dose [] []"},
		{name: "no dose", life: dosesAgo(2), want: "refuse R05 no-dose [DOSES_MISSING] []"},
		{name: "no dose, exempt", life: func(l *life) { l.doses, l.Exempt = nil, true }, want: "refer A02 one-dose [EXEMPT DOSES_MISSING] []"},
		{name: "one dose entered twice is one dose", life: func(l *life) {
			l.doses = []checkpoint.Dose{{Date: day(30), Number: 1, Course: 2}, {Date: day(30), Number: 1, Course: 2}}
		}, want: "refer A02 one-dose [] []"},
	}
}

// born gives the person another birth date and a number that fits it.
func born(birth string, doses bool) func(*life) {
	return func(l *life) {
		l.Birth = date(birth)
		century := "0"
		if l.Birth.Year >= 2000 {
			century = "2"
		}
		l.Number = l.Number[:3] + century + fmt.Sprintf("%02d", l.Birth.Year%100) + l.Number[6:]
		if !doses {
			l.doses = nil
		}
	}
}

func ageMeetings() []meeting {
	child, adult := "refer A11 child [CHILD DOSES_MISSING] []", "refuse R05 no-dose [DOSES_MISSING] []"
	return []meeting{
		{name: "a child", life: born("2016-02-03", false), want: child},
		{name: "eighteen tomorrow", life: born("2007-03-02", false), want: child},
		{name: "eighteen today", life: born("2007-03-01", false), want: adult},
		{name: "year alone: perhaps still a child", life: born("2007", false), want: child},
		{name: "year alone: eighteen all of last year", life: born("2006", false), want: adult},
		{name: "month alone: perhaps still a child", life: born("2007-03", false), want: child},
		{name: "month alone: eighteen by its last day", life: born("2007-02", false), want: adult},
		{name: "a child with two doses", life: born("2010-05-05", true), want: "admit G1 two-doses [CHILD] []"},
		{name: "an exempt child", life: func(l *life) { born("2016-02-03", false)(l); l.Exempt = true }, want: "refer A11 child [CHILD EXEMPT DOSES_MISSING] []"},
		{name: "year alone in the data, the whole date on the card", life: born("1950", true), card: func(c *card) { c.birth = "01021950" }, want: "refer A03 details-differ [BIRTH_DATE_DIFFERS] [dob]"},
	}
}

func ill(status string, from, until int) func(*life) {
	return func(l *life) {
		l.status, l.from, l.until = status, day(from), day(until)
	}
}

func openCase(status string, from int) func(*life) {
	return func(l *life) { l.status, l.from = status, day(from) }
}

func caseMeetings() []meeting {
	const red, old = "refuse R01 movement-restricted [CASE_ACTIVE] []", "refer A08 data-too-old [CASE_ACTIVE] []"
	const ended = "refer A02 case-ended [CASE_ENDED] []"
	active := ill(input.CaseF0, 3, -11)
	return []meeting{
		{name: "active case", life: active, want: red},
		{name: "contact", life: ill(input.CaseF1, 3, -11), want: red},
		{name: "no end known", life: openCase(input.CaseF0, 90), want: red},
		{name: "last day of the case", life: ill(input.CaseF0, 14, 0), want: red},
		{name: "first day of the case", life: ill(input.CaseF0, 0, -14), want: red},
		{name: "data of 24 h", life: active, age: 24 * time.Hour, want: red},
		{name: "data of 25 h", life: active, age: 25 * time.Hour, want: old},
		{name: "data of 49 h", life: active, age: 49 * time.Hour, want: "refer A08 data-too-old [DATA_STALE CASE_ACTIVE] []"},
		{name: "ended yesterday", life: ill(input.CaseF0, 15, 1), want: ended},
		{name: "begins tomorrow", life: ill(input.CaseF1, -1, -15), want: ended},
		{name: "active, other name", life: active, card: func(c *card) { c.name = "Trần Văn Bình" }, want: "refer A03 details-differ [NAME_DIFFERS CASE_ACTIVE] [full_name]"},
		{name: "active, other sex", life: active, card: func(c *card) { c.sex = "Nữ" }, want: "refer A03 details-differ [NUMBER_CONTRADICTS_SEX SEX_DIFFERS CASE_ACTIVE] [sex]"},
		{name: "active, other birth date", life: active, card: func(c *card) { c.birth = "16081990" }, want: "refer A03 details-differ [BIRTH_DATE_DIFFERS] [dob]"},
		{name: "active, name lost by the scanner", life: active, card: func(c *card) { c.name = "Nguy?n V?n An" }, want: "refer A13 letters-damaged [TEXT_DAMAGED CASE_ACTIVE] []"},
		{name: "active, a paper without the sex", life: active, show: personalQR("<0<"), want: "refer A03 details-missing [CASE_ACTIVE] []"},
		{name: "active child", life: func(l *life) { born("2016-02-03", false)(l); active(l) }, want: "refuse R01 movement-restricted [CHILD DOSES_MISSING CASE_ACTIVE] []"},
		{name: "recovered 180 days ago", life: func(l *life) { ill(input.CaseRecovered, 200, 180)(l); l.doses = nil }, want: "admit G1 recovered [DOSES_MISSING RECOVERED] []"},
		{name: "recovered 181 days ago", life: func(l *life) { ill(input.CaseRecovered, 200, 181)(l); l.doses = nil }, want: "refuse R05 no-dose [DOSES_MISSING RECOVERED] []"},
		{name: "recovered 181 days ago, two doses", life: ill(input.CaseRecovered, 200, 181), want: "admit G1 two-doses [RECOVERED] []"},
		{name: "recovered, day not known", life: func(l *life) { openCase(input.CaseRecovered, 170)(l); l.doses = nil }, want: "admit G1 recovered [DOSES_MISSING RECOVERED] []"},
		{name: "recovered from tomorrow on", life: func(l *life) { openCase(input.CaseRecovered, -1)(l); l.doses = nil }, want: "refuse R05 no-dose [DOSES_MISSING] []"},
		{name: "data of 48 h still admits", age: 48 * time.Hour, want: green},
		{name: "data of 49 h admits nobody", age: 49 * time.Hour, want: "refer A08 data-too-old [DATA_STALE] []"},
	}
}

func reported(reason string, since string) func(*life) {
	return func(l *life) { l.report, l.since = reason, date(since) }
}

func reportMeetings() []meeting {
	const lost, withdrawn = "refuse R02 card-reported [CARD_LOST] []", "refuse R02 card-reported [CARD_WITHDRAWN] []"
	const replaced = "refer A07 card-replaced [CARD_REISSUED] []"
	oldCard := func(c *card) { c.issued = "10052021" }
	return []meeting{ // the card is of 2022-03-15
		{name: "lost after its issue", life: reported("lost", "2022-03-16"), want: lost},
		{name: "lost on the day of its issue", life: reported("lost", "2022-03-15"), want: lost},
		{name: "lost before its issue: that was another card", life: reported("lost", "2022-03-14"), want: green},
		{name: "the lost card itself, where a newer was issued", life: reported("lost", "2022-03-01"), card: oldCard,
			want: "refuse R02 card-reported [ISSUE_DATE_DIFFERS CARD_LOST CARD_REISSUED] [issue_date]"},
		{name: "withdrawn after its issue", life: reported("withdrawn", "2023-01-01"), want: withdrawn},
		{name: "withdrawn before its issue", life: reported("withdrawn", "2022-03-14"), want: green},
		{name: "withdrawn, in the people file", life: func(l *life) { l.CardStatus = input.CardWithdrawn }, want: withdrawn},
		{name: "replaced after its issue", life: reported("replaced", "2024-01-01"), want: replaced},
		{name: "replaced on the day of its issue: it is the new one", life: reported("replaced", "2022-03-15"), want: green},
		{name: "replaced before its issue", life: reported("replaced", "2022-03-14"), want: green},
		{name: "replaced, day not known", life: func(l *life) { l.CardStatus = input.CardReplaced }, want: replaced},
		{name: "lost, and the data is stale", life: reported("lost", "2024-01-01"), age: 72 * time.Hour, want: "refuse R02 card-reported [DATA_STALE CARD_LOST] []"},
		{name: "lost, and somebody else's name on it", life: reported("lost", "2024-01-01"), card: func(c *card) { c.name = "Trần Văn Bình" },
			want: "refuse R02 card-reported [NAME_DIFFERS CARD_LOST] [full_name]"},
		{name: "lost card, the holder shows the health card", life: func(l *life) { reported("lost", "2024-01-01")(l); l.HealthCard = "7900000001" }, show: healthCard("7900000001"),
			want: "refer A10 health-card-only [] []"},
	}
}

func differMeetings() []meeting {
	return []meeting{
		{name: "no sex on the card: that of the number is not the card's", card: func(c *card) { c.sex = "" }, want: "refer A03 details-missing [] []"},
		{name: "no sex on the card, active case", life: openCase(input.CaseF0, 3), card: func(c *card) { c.sex = "" }, want: "refer A03 details-missing [CASE_ACTIVE] []"},
		{name: "issue date that is none", card: func(c *card) { c.issued = "99999999" }, want: "refer A03 details-differ [ISSUE_DATE_DIFFERS] [issue_date]"},
		{name: "issue date that is none, nor does the data know one", life: func(l *life) { l.Issued = checkpoint.Date{} }, card: func(c *card) { c.issued = "99999999" }, want: green},
		{name: "name differs", card: func(c *card) { c.name = "Trần Văn Bình" }, want: "refer A03 details-differ [NAME_DIFFERS] [full_name]"},
		{name: "no name on the card", card: func(c *card) { c.name = "" }, want: "refer A03 details-missing [] []"},
		{name: "name without its marks agrees", card: func(c *card) { c.name = "NGUYEN VAN AN" }, want: green},
		{name: "birth date differs", card: func(c *card) { c.birth = "15081991" }, want: "refer A03 details-differ [NUMBER_CONTRADICTS_BIRTH BIRTH_DATE_DIFFERS] [dob]"},
		{name: "all three differ", card: func(c *card) { c.name, c.sex, c.issued = "Lê Thị Hoa", "Nữ", "10052021" },
			want: "refer A03 details-differ [NUMBER_CONTRADICTS_SEX NAME_DIFFERS SEX_DIFFERS ISSUE_DATE_DIFFERS CARD_REISSUED] [full_name sex issue_date]"},
		{name: "card older than the data's", card: func(c *card) { c.issued = "10052021" }, want: "refer A07 card-replaced [ISSUE_DATE_DIFFERS CARD_REISSUED] [issue_date]"},
		{name: "card newer than the data's", card: func(c *card) { c.issued = "01022025" }, want: "refer A03 card-newer-than-data [ISSUE_DATE_DIFFERS] [issue_date]"},
		{name: "no issue date in the data", life: func(l *life) { l.Issued = checkpoint.Date{} }, card: func(c *card) { c.issued = "15032022" }, want: green},
		{name: "number of another birth year, here and in the data", life: func(l *life) { l.Birth = date("1993-08-15") }, want: "refer A12 number-contradicts [NUMBER_CONTRADICTS_BIRTH] []"},
		{name: "number of another century", life: func(l *life) { l.Number = l.Number[:3] + "2" + l.Number[4:] }, want: "refer A12 number-contradicts [NUMBER_CONTRADICTS_BIRTH] []"},
		{name: "number of another sex", life: func(l *life) { l.Number = l.Number[:3] + "1" + l.Number[4:] }, want: "refer A12 number-contradicts [NUMBER_CONTRADICTS_SEX] []"},
		{name: "place of registration that is on no list", life: func(l *life) { l.Number = "999" + l.Number[3:] }, want: "admit G1 two-doses [NUMBER_PREFIX_UNKNOWN] []"},
		{name: "name lost by the scanner", card: func(c *card) { c.name = "Nguy?n V?n An" }, want: "refer A13 letters-damaged [TEXT_DAMAGED] []"},
	}
}

// healthCard is a BHYT of 17 fields with an issue date of its own.
func healthCard(number string) func(life) string {
	return func(l life) string {
		return strings.Join([]string{number, hex.EncodeToString([]byte(l.FullName)), "15/08/1990", "1", "-", "01-028", "01/01/2021", "-", "05/01/2021", "01", "-", "4", "01/01/2025", "abc", "4", hex.EncodeToString([]byte("BHXH")), "$"}, "|")
	}
}

// oldHealthCard is a BHYT of 15 fields: the number stands at the end of the code.
func oldHealthCard(number string) func(life) string {
	return func(l life) string {
		return strings.Join([]string{"GD401" + number, hex.EncodeToString([]byte(l.FullName)), "15/08/1990", "1", "-", "01-028", "01/01/2021", "-", "05/01/2021", "01", "-", "4", "01/01/2025", "abc", "$"}, "|")
	}
}

// personalQR carries the whole number; more is what follows the declarer.
func personalQR(more string) func(life) string {
	return func(l life) string {
		return fmt.Sprintf("%s|%s|%s|0|162979388586171100|%s00<0900000000", l.Number, "NGUYEN VAN AN", l.Birth, more)
	}
}

func paperMeetings() []meeting {
	insured := func(number string) func(*life) { return func(l *life) { l.HealthCard = number } }
	return []meeting{
		{name: "health card alone", life: insured("7900000002"), show: healthCard("7900000002"), want: "refer A10 health-card-only [] []"},
		{name: "old health card alone", life: insured("7900000003"), show: oldHealthCard("7900000003"), want: "refer A10 health-card-only [] []"},
		{name: "health card of nobody", show: healthCard("7900009999"), want: "refer A01 not-in-data [NOT_IN_DATA] []"},
		{name: "VssID has no birth date", life: insured("7900000004"), show: func(life) string { return "7900000004|" + hex.EncodeToString([]byte("Nguyễn Văn An")) },
			want: "refer A09 birth-date-wanted [BIRTH_DATE_MISSING] []"},
		{name: "typed number", show: func(l life) string { return l.Number }, want: "refer A09 birth-date-wanted [BIRTH_DATE_MISSING] []"},
		{name: "typed old number", life: func(l *life) { l.OldNumbers = []string{"912345678"} }, show: func(life) string { return "912345678" }, want: "refer A09 birth-date-wanted [BIRTH_DATE_MISSING] []"},
		{name: "typed old number of nobody", show: func(life) string { return "987654321" }, want: "refer A01 not-in-data [BIRTH_DATE_MISSING NOT_IN_DATA] []"},
		{name: "passport with birth date", life: func(l *life) { l.Passport = "C9000001" }, show: func(l life) string {
			l.Number = "C9000001"
			return personalQR("<1<")(l)
		}, want: green},
		{name: "personal QR with the whole number", show: personalQR("<1<"), want: green},
		{name: "personal QR that hides the number", show: func(l life) string { return strings.Replace(personalQR("<1<")(l), l.Number[:6], "******", 1) }, want: "refer A09 number-hidden [NOT_IN_DATA] []"},
		{name: "somebody who is not in the data", card: func(c *card) { c.number = "001090999999" }, want: "refer A01 not-in-data [NOT_IN_DATA] []"},
		{name: "Căn cước of 2024", show: func(l life) string { return l.card().String() + "||||" }, want: green},
	}
}
