package pages

import (
	"crypto/rand"
	"sync"
	"time"
)

// question is what somebody asked about one person. The number comes by a form and
// stays in this server's memory: in an address it would stay with the browser and
// with whatever is in between.
type question struct {
	account  string
	Number   string
	Reason   string
	From, To time.Time     // days; of contacts
	Within   time.Duration // likewise
	asked    time.Time
}

// questions keeps what was asked, for long enough to have it approved and read.
type questions struct {
	mu  sync.Mutex
	all map[string]question
}

const (
	questionLife  = 4 * time.Hour
	mostQuestions = 20_000 // of everybody
	mostOfOne     = 50     // of one account: the oldest goes
)

func newQuestions() *questions { return &questions{all: map[string]question{}} }

// keep keeps a question and returns its name.
func (q *questions) keep(x question, now time.Time) (name string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	own, oldest := 0, ""
	for name, other := range q.all {
		switch {
		case now.Sub(other.asked) > questionLife:
			delete(q.all, name)
		case other.account == x.account:
			own++
			if oldest == "" || other.asked.Before(q.all[oldest].asked) {
				oldest = name
			}
		}
	}
	if own >= mostOfOne {
		delete(q.all, oldest)
	}
	if len(q.all) >= mostQuestions {
		return "", tooMany
	}
	name = rand.Text()
	x.asked = now
	q.all[name] = x
	return name, nil
}

// of is a question that the account asked; false: it did not, or too long ago.
func (q *questions) of(account, name string, now time.Time) (question, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	x, ok := q.all[name]
	return x, ok && x.account == account && now.Sub(x.asked) <= questionLife
}
