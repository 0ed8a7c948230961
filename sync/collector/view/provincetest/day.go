package provincetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"checkpoint"
	"checkpoint/sync/collector/postgres"
)

var vietnam = time.FixedZone("", 7*60*60)

// hours are how many of a day's thousand scans come in each hour.
var hours = [24]int{4, 3, 2, 4, 12, 45, 95, 110, 70, 50, 45, 50, 40, 42, 45, 50, 72, 98, 68, 40, 25, 15, 10, 5}

// segment is how many records an epoch of a box holds at most.
const segment = 4096

// site is one site's day on its way.
type site struct {
	*Province
	*rand.Rand
	n       int
	day     time.Time
	entries []postgres.Entry
	epoch   uint64
}

// Day is what the n-th site's box recorded on a day (in Vietnam, midnight UTC),
// visit by visit.
func (p *Province) Day(day time.Time, n int) []postgres.Entry {
	// The upper half of all epochs is below zero in the database.
	s := &site{Province: p, Rand: p.dice(aDay, p.since(day)<<20|uint64(n)), n: n, day: day, epoch: 1<<63 | uint64(dayNumber(day))<<32 | uint64(n)<<8}
	scans := s.visits()
	for i := range p.Scans/p.Sites - p.Scans/p.Sites/4 + s.IntN(max(1, p.Scans/p.Sites/2)) {
		scans = append(scans, visit{s.moment(), s.someone(i)})
	}
	slices.SortFunc(scans, func(a, b visit) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.who.number, b.who.number)) })
	for _, v := range scans {
		s.scan(v)
	}
	return s.entries
}

// visit is somebody who comes to the site.
type visit struct {
	at  time.Time
	who visitor
}

type visitor struct {
	number, name string // name: only of somebody whom the register has not
	old, unknown bool
	ill          bool
}

// visits are those of the cases: each goes through five sites, two hours apart.
func (s *site) visits() (all []visit) {
	for c := range s.Cases {
		for k, at := range s.Way(c, s.day) {
			if at == s.n {
				moment := s.begins().Add(time.Duration(6+2*k)*time.Hour + time.Duration(s.IntN(3600_000))*time.Millisecond)
				all = append(all, visit{moment, visitor{number: s.Case(c).Number, ill: true}})
			}
		}
	}
	return all
}

// Case is the c-th of the people whose ways are known.
func (p *Province) Case(c int) Person { return p.Person((c*7919 + 13) % p.People) }

// Way is through which sites the c-th case comes on a day.
func (p *Province) Way(c int, day time.Time) [5]int {
	first := c*31 + int(p.since(day))*17
	var way [5]int
	for k := range way {
		way[k] = (first + k*k*3 + k) % p.Sites
	}
	return way
}

func (s *site) begins() time.Time {
	return time.Date(s.day.Year(), s.day.Month(), s.day.Day(), 0, 0, 0, 0, vietnam)
}

func (s *site) moment() time.Time {
	n := s.IntN(1000)
	hour := 0
	for ; hour < 23 && n >= hours[hour]; hour++ {
		n -= hours[hour]
	}
	return s.begins().Add(time.Duration(hour)*time.Hour + time.Duration(s.IntN(3_600_000))*time.Millisecond)
}

// someone is mostly from the commune around the site.
func (s *site) someone(i int) visitor {
	if s.IntN(100) < 3 {
		return visitor{number: fmt.Sprintf("00109%07d", s.n*10_000+i%5000), name: "Người ngoài " + given[s.IntN(len(given))], unknown: true}
	}
	n := s.IntN(s.People)
	if s.IntN(2) == 0 && s.Communes < s.People {
		n -= n % s.Communes
		n = (n + s.n%s.Communes) % s.People
	}
	x := visitor{number: s.Person(n).Number}
	if old := s.Person(n).Old; old != "" && s.IntN(3) == 0 {
		x.number, x.old = old, true
	}
	return x
}

// scan records a visit: the decision, what the guard did, what followed.
func (s *site) scan(v visit) {
	r := s.decision(v)
	at := s.record(v.at, r)
	if r.Verdict.AsksGuard() {
		s.answer(v.at, at, r)
	} else if r.Verdict == checkpoint.Admit && s.IntN(500) == 0 {
		s.outcome(v.at.Add(3*time.Second), at, r, checkpoint.Undone)
	}
	if r.Format == checkpoint.FormatPaperForm && s.IntN(3) > 0 { // the rest of the form, copied in the evening
		s.record(v.at.Add(time.Duration(10+s.IntN(600))*time.Minute), checkpoint.Record{Kind: checkpoint.RecordDecision, Refers: at,
			Format: checkpoint.FormatPaperForm, Document: r.Document, Number: r.Number, Name: r.Name,
			Address: "birth: 1990-01-01\nsex: nam\npurpose: đi làm"})
	}
	if s.IntN(2000) == 0 {
		s.record(v.at.Add(time.Second), checkpoint.Record{Kind: checkpoint.RecordEvent, Findings: []checkpoint.Finding{checkpoint.FoundNoPassage}})
	}
}

func (s *site) record(at time.Time, r checkpoint.Record) checkpoint.Position {
	n := len(s.entries)
	pos := checkpoint.Position{Epoch: s.epoch + uint64(n/segment), Seq: uint64(n%segment) + 1}
	r.Time, r.Trusted = at, true
	if r.Lane == "" {
		r.Lane = "in"
	}
	s.entries = append(s.entries, postgres.Entry{Box: s.Box(s.n), At: pos, Record: r})
	return pos
}
