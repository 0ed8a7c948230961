package uplink_test

import (
	"strings"
	"testing"

	"checkpoint/sync/collector"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
)

func TestRecordsTravelOverMutualTLS(t *testing.T) {
	province := mosquittotest.NewAuthority(t)
	ca, cert, key1 := province.Files("broker")
	broker := mosquittotest.Start(t, "cafile "+ca, "certfile "+cert, "keyfile "+key1, "require_certificate true")
	url := strings.Replace(broker.URL(), "tcp://", "ssl://", 1)
	store := collector.NewMemory()
	r, err := collector.New(collector.Options{
		Broker: url, Province: "ha-noi", ID: "a", Key: key(1), Store: store, TLS: province.Client("a"),
	})
	if err != nil {
		t.Fatal(err)
	}
	background(t, r.Run)
	d := newDisk()
	d.open(1)
	d.write(250)

	_, err = link.Dial(t.Context(), link.Options{
		Broker: url, TLS: mosquittotest.NewAuthority(t).Client(boxID), ClientID: boxID, Will: "w", WillWord: "lost",
	})
	if err == nil {
		t.Error("a box with a certificate of another authority was let in")
	}
	startBox(t, url, d, tokenFile(t), func(o *uplink.Options) { o.TLS = province.Client(boxID) })
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: 250})
}
