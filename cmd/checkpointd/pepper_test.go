package main

import (
	"bytes"
	"os"
	"testing"

	"checkpoint/console/control"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// A box that was given a new pepper goes on with the data of the old one until
// the province's next base comes.
func TestNewPepperBeforeTheNewBase(t *testing.T) {
	r := newReadyRig(t, settings{})
	var fresh snapshot.Pepper
	copy(fresh[:], bytes.Repeat([]byte{7}, len(fresh)))
	for range 2 { // as after a power cut
		r.must(keys.TakePepper(r.settings.State, fresh))
	}
	if got, err := snapshot.ReadPepper(r.state(keys.PepperFile)); err != nil || got != fresh {
		t.Errorf("the new pepper is not in use: %v", err)
	}
	d := r.start()
	d.listen()
	d.admits(r, r.province.green[0])
	d.kill()
	r.must(os.Remove(r.state(keys.BeforeFile)))
	d = r.start()
	d.listen()
	d.awaitStatus("the fault", func(s control.Status) bool { return s.Snapshot.Number == 0 && s.Snapshot.Fault != "" })
}
