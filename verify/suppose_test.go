package verify_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/snapshot"
	"checkpoint/verify"
	"checkpoint/verify/policy"
)

// drawStanding draws a person's record with the days that rules count from
// close to today, and to each other.
func drawStanding(t *rapid.T, today uint16) snapshot.Standing {
	s := snapshot.Standing{Person: true}
	copy(s.Record[:], rapid.SliceOfN(rapid.Byte(), len(s.Record), len(s.Record)).Draw(t, "record"))
	s.Record[0] = 1
	s.Record[11] = rapid.Byte().Draw(t, "card") % 4
	s.Record[14] = rapid.Byte().Draw(t, "doses") % 6
	s.Record[31] = rapid.Byte().Draw(t, "case") % 4
	for _, at := range []int{9, 12, 15, 19, 23, 27, 32, 34} {
		day := rapid.OneOf(rapid.Just(uint16(0)), rapid.Just(uint16(1)), rapid.Just(uint16(0xffff)), rapid.Uint16Range(today-20, today+2), rapid.Uint16()).Draw(t, "day")
		binary.BigEndian.PutUint16(s.Record[at:], day)
	}
	return s
}

// Ten million people are judged by what is left of their records. It must say
// the same of everybody.
func TestABearingIsJudgedLikeItsRecord(t *testing.T) {
	p, err := policy.Parse(policy.Sample())
	must(t, err)
	now := time.Date(2025, 3, 1, 2, 0, 0, 0, time.UTC)
	day := uint16(now.Sub(time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	lane := checkpoint.LaneInfo{SiteType: "building", Direction: checkpoint.In}
	rapid.Check(t, func(t *rapid.T) {
		s := drawStanding(t, day)
		whole, err := s.Facts()
		if err != nil {
			t.Fatal(err)
		}
		left, err := s.Bearing().Facts()
		if err != nil {
			t.Fatal(err)
		}
		card := &checkpoint.Credential{Format: checkpoint.FormatCCCD2021, Kind: checkpoint.KindCCCD, NameFold: "a", Sex: checkpoint.Male, Birth: checkpoint.Date{Year: 1990}}
		facts := func(person checkpoint.Person) policy.Facts {
			shown := *card
			shown.Issued = person.Issued
			return verify.Suppose(&shown, person, lane, &verify.Data{Policy: p, Created: now}, now)
		}
		if a, b := facts(whole), facts(left); !sameFacts(a, b) {
			t.Fatalf("facts of the record %+v\nof what is left %+v", a, b)
		}
		if a, b := verify.Expect(p, whole, lane, now), verify.Expect(p, left, lane, now); a != b {
			t.Fatalf("the record gives %+v, what is left %+v", a, b)
		}
	})
}

func sameFacts(a, b policy.Facts) bool {
	return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b)
}

// The officer is told before signing what the lane will say afterwards.
func TestWhatIsExpectedIsWhatTheLaneSays(t *testing.T) {
	lives := make([]life, 9)
	for i := range lives {
		lives[i] = person(i)
	}
	lives[1].doses = nil
	lives[2].doses = lives[2].doses[:1]
	lives[3].status, lives[3].from = input.CaseF0, day(3)
	lives[4].status, lives[4].from, lives[4].until = input.CaseF1, day(30), day(9)
	lives[5].status, lives[5].until, lives[5].doses = input.CaseRecovered, day(20), nil
	lives[6].report, lives[6].since = input.CardLost, day(2)
	lives[7].report, lives[7].since = input.CardLost, date("2022-03-14") // before the card was issued
	lives[8].doses, lives[8].Exempt = nil, true
	p := newProvince(t, source(lives))
	d := p.desk(today(), 0)
	seen := map[checkpoint.Reason]bool{}
	for i, l := range lives {
		match, err := p.register.Lookup(checkpoint.Query{Kind: checkpoint.KindCCCD, Number: l.Number, Birth: l.Birth})
		must(t, err)
		want := verify.Expect(p.rules, match.Person, checkpoint.LaneInfo{SiteType: "building", Direction: checkpoint.In}, today())
		got := d.show(t, l.card().String())
		if got.Verdict != want.Verdict || got.Reason != want.Reason || got.Rule != want.Rule {
			t.Errorf("person %d: expected %+v, the lane says %s", i, want, words(got))
		}
		seen[got.Reason] = true
	}
	if len(seen) < 4 {
		t.Errorf("only %v were tried", seen)
	}
}
