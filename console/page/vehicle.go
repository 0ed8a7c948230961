package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"checkpoint"
	"checkpoint/console/messages"
)

// vehicle begins a vehicle by its plate.
func (s *Server) vehicle(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.vehicleDone(w, r, lane.Vehicle(ctx, r.PostForm.Get("plate")))
}

// closeVehicle lets a vehicle pass or turn back: the one that the guard saw.
func (s *Server) closeVehicle(w http.ResponseWriter, r *http.Request) {
	lane, ok := s.asked(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), recordWithin)
	defer cancel()
	s.vehicleDone(w, r, lane.CloseVehicle(ctx, r.PostForm.Get("plate"), r.PostForm.Get("pass") != ""))
}

func (s *Server) vehicleDone(w http.ResponseWriter, r *http.Request, err error) {
	said := func(id messages.LineID, code int) { http.Error(w, messages.Line(id, langOf(r)), code) }
	switch {
	case errors.Is(err, checkpoint.ErrNotAPlate):
		said(messages.PlateWrong, http.StatusBadRequest)
	case errors.Is(err, checkpoint.ErrVehicleOpen):
		said(messages.VehicleBusy, http.StatusConflict)
	case errors.Is(err, checkpoint.ErrNoVehicle):
		said(messages.VehicleGone, http.StatusConflict)
	case errors.Is(err, checkpoint.ErrNobodyPassed):
		said(messages.VehicleNone, http.StatusConflict)
	default:
		s.done(w, r, err)
	}
}

// vehicle shows which vehicle stands there, and how many of its people passed.
func (c *card) vehicle(v checkpoint.View) {
	c.Road = v.State == checkpoint.StateIdle && (v.Vehicle != nil || v.Lane.Vehicles() && v.UndoUntil.IsZero())
	if c.Road {
		c.Corner = nil // the button stands there; the strip names the box
	}
	if v.Vehicle == nil {
		return
	}
	c.Plate = v.Vehicle.Plate
	so := c.Text(messages.PlateLabel) + " " + c.Plate
	switch {
	case v.Vehicle.Gone && v.State == checkpoint.StateDecided:
		c.Reason = so
	case v.State == checkpoint.StateIdle:
		c.Reason = so + tally(v.Vehicle.Passed, checkpoint.Passed, c.Lang) + tally(v.Vehicle.Denied, checkpoint.Denied, c.Lang)
	}
	c.Long = true
}

func tally(n int, o checkpoint.Outcome, lang messages.Lang) string {
	return " · " + strconv.Itoa(n) + " " + messages.Outcome(o, lang)
}

// vehicleButtons are those while a vehicle stands there and nobody of it waits for
// an answer.
func vehicleButtons(list []button, lang messages.Lang) []button {
	all := []button{
		{Label: messages.Button(messages.VehiclePass, lang), Icon: "car", Opens: "vehicle-pass", Key: 1, Ends: true},
		{Label: messages.Button(messages.TypeNumber, lang), Icon: "pad", Opens: "pad", Key: 2},
	}
	if len(list) > 0 { // to undo
		return append(all, list...)
	}
	return append(all, button{Label: messages.Button(messages.PaperForm, lang), Icon: "form", Opens: "form", Key: 3})
}
