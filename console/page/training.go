package page

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

// keep notes a lane's view, or a lesson's: that is shown for as long as its lane
// says that it trains. What is left of the lesson before is dropped.
func (s *Server) keep(v checkpoint.View) {
	name := v.Lane.Lane
	if v.Training {
		s.lessons[name] = v
		return
	}
	if v.State == checkpoint.StateTraining && s.views[name].State != checkpoint.StateTraining {
		delete(s.lessons, name)
	}
	s.views[name] = v
}

// lesson tells a card that shows nothing real from one that does. There is
// nothing to complain about.
func (c *card) lesson() {
	t := messages.Reason(checkpoint.TrainingMode, nil, c.Lang)
	c.Corner, c.Tally, c.Banner, c.Notice = []pair{{t.What, t.Do}}, nil, messages.Text{}, ""
}

// trainingPage begins and ends training.
type trainingPage struct {
	desk
	Lanes []trainee
	First string // lane that may begin; empty: all train
	Said  string // why it did not begin
}

// trainee is a lane and until when it trains.
type trainee struct{ Name, Until string }

// trainingFor is how long a lane trains at most.
const trainingFor = 30 * time.Minute

func (s *Server) training(w http.ResponseWriter, r *http.Request, said string) {
	p := trainingPage{desk: s.desk(r, messages.Training), Said: said}
	for _, name := range s.cfg.Names {
		t := trainee{Name: name}
		if v := s.seen(name, true); v.State == checkpoint.StateTraining {
			t.Until = v.Since.Add(trainingFor).In(messages.Zone).Format("15:04")
		} else {
			p.First = cmp.Or(p.First, name)
		}
		p.Lanes = append(p.Lanes, t)
	}
	s.draw(w, "training", p)
}

// train begins, ends or goes on with a lesson.
func (s *Server) train(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	name := r.PathValue("lane")
	var err error
	switch r.PostForm.Get("do") {
	case "next":
		s.cfg.Desk.Sample(name)
	case "end":
		err = s.cfg.Desk.EndTraining(ctx, name)
	default:
		if said := s.wrong(r, lane, pin.Override); said != "" {
			s.training(w, r, said)
			return
		}
		err = s.cfg.Desk.Train(ctx, name)
	}
	if err != nil {
		s.training(w, r, s.failed(err, langOf(r)))
		return
	}
	goTo(w, r, "/")
}
