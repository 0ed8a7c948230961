package control

import (
	"encoding/json"
	"errors"
	"net/http"

	"checkpoint"
)

// Type is the body of POST /v1/type. An empty lane means the only one.
type Type struct {
	Lane     string `json:"lane"`
	Number   string `json:"number"`
	Birth    string `json:"birth"` // DDMMYYYY; 00 for what the paper does not give
	Passport bool   `json:"passport,omitempty"`
}

// typed looks a number up that somebody typed; the lane decides and records as
// for a scan.
func (s *Server) typed(w http.ResponseWriter, r *http.Request) {
	var t Type
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&t); err != nil {
		refuse(w, http.StatusBadRequest, errors.New("the body is no JSON object of lane, number and birth")) // the decoder's text could quote a number
		return
	}
	what, err := checkpoint.ParseTyped(t.Number, t.Birth, t.Passport)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	lane, err := s.lane(t.Lane)
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	switch err := lane.Type(r.Context(), what); {
	case errors.Is(err, checkpoint.ErrTypedOften):
		refuse(w, http.StatusTooManyRequests, err)
	case err != nil:
		refuse(w, http.StatusConflict, err)
	default:
		reply(w, struct{}{})
	}
}
