package main

import (
	"encoding/json"
	"errors"
	"time"

	"checkpoint/cmd/internal/diagnosis"
	"checkpoint/store/keys"
	"checkpoint/sync/wire"
)

var started = time.Now()

// diagnose sends what the box tells of itself when the province orders it,
// sealed.
func (b *box) diagnose(c wire.Command) error {
	u := b.uplink.Load()
	if u == nil {
		return errors.New("there is no uplink")
	}
	b.mending.Lock()
	trust := b.trust
	b.mending.Unlock()
	to, err := keys.RecordsPublic(trust)
	if err != nil {
		return err
	}
	text, err := json.Marshal(diagnosis.Of(b.status(), b.signedTime()).RunningSince(started))
	if err != nil {
		return err
	}
	sealed, err := wire.SealDiagnosis(to, c, text)
	if err != nil {
		return err
	}
	u.Diagnosis(sealed)
	return nil
}
