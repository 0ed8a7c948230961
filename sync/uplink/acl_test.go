package uplink_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"checkpoint/sync/collector"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

// A box with a certificate of its own, and ill will, on the broker as
// docs/broker sets it up.
func TestABoxNeitherReadsNorWritesAnothersTopics(t *testing.T) {
	authority := mosquittotest.NewAuthority(t)
	broker := mosquittotest.StartProvince(t, "../../docs", province, authority)
	url := strings.Replace(broker.URL(), "tcp://", "ssl://", 1)
	dial := func(name string) *link.Conn {
		t.Helper()
		conn, err := link.Dial(t.Context(), link.Options{Broker: url, TLS: authority.Client(name), ClientID: "any"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Leave("") })
		return conn
	}
	witness := listen(t, dial("collector.thu-2"), wire.AllRecords(province))
	states := listen(t, dial("office"), wire.AllBoxes(province, "state"))
	evil := dial("gate-2")
	base := "checkpoint/v1/" + province + "/"
	stolen := listen(t, evil, base+boxID+"/#")
	others := listen(t, evil, base+"+/records")
	own := listen(t, evil, base+"gate-2/mark")

	store := collector.NewMemory()
	r, err := collector.New(collector.Options{
		Broker: url, Province: province, ID: "thu-1", Key: key(1), Store: store, TLS: authority.Client("collector.thu-1"),
	})
	if err != nil {
		t.Fatal(err)
	}
	background(t, r.Run)

	// Forged before anything true comes: whatever the broker let through would be first.
	forged, err := wire.Batch{Province: province, Box: boxID, Epoch: 5, Header: []byte("h")}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{boxID + "/records", boxID + "/mark", boxID + "/state", boxID + "/cmd", "collectors/thu-1", "snapshot"} {
		if err := evil.PublishWait(t.Context(), base+topic, true, forged); err != nil {
			t.Fatal(err)
		}
	}
	d := newDisk()
	d.open(1)
	d.write(250)
	startBox(t, url, d, tokenFile(t), func(o *uplink.Options) { o.TLS = authority.Client(boxID) })
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 250})
	if first, err := wire.DecodeBatch(receive(t, witness, "batch").Payload()); err != nil || first.Epoch == 5 {
		t.Errorf("the forged batch came through, or none did: %v", err)
	}
	if word := receive(t, states, "state").Payload(); string(word) != string(wire.Init) {
		t.Errorf("the first state of the box is %d forged bytes", len(word))
	}
	if s := r.Stats(); s.Rejected != 0 {
		t.Errorf("the collector was shown %d forged messages", s.Rejected)
	}
	// What gate-2 may read comes after what it may not: then that never came.
	asks, err := wire.Batch{Province: province, Box: "gate-2", Epoch: 6, Header: []byte("h")}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := evil.PublishWait(t.Context(), base+"gate-2/records", false, asks); err != nil {
		t.Fatal(err)
	}
	receive(t, own, "its own mark")
	if len(stolen) > 0 || len(others) > 0 {
		t.Errorf("gate-2 was given %d messages of %s and %d batches", len(stolen), boxID, len(others))
	}
}

// Client ids are certificates' names too: choosing another's throws nobody off.
func TestAChosenClientIDThrowsNobodyOff(t *testing.T) {
	authority := mosquittotest.NewAuthority(t)
	broker := mosquittotest.StartProvince(t, "../../docs", province, authority)
	url := strings.Replace(broker.URL(), "tcp://", "ssl://", 1)
	join := func(c *tls.Config) *link.Conn {
		conn, err := link.Dial(t.Context(), link.Options{Broker: url, TLS: c, ClientID: boxID})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Leave("") })
		return conn
	}
	honest := join(authority.Client(boxID))
	join(authority.Client("gate-2"))
	if err := honest.PublishWait(t.Context(), "checkpoint/v1/"+province+"/"+boxID+"/state", true, []byte("ready")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-honest.Lost():
		t.Fatal("another box's certificate threw this one off")
	default: // the publication was acknowledged on a connection that still stood
	}
}
