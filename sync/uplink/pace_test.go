package uplink_test

import (
	"testing"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
)

// A limit is kept by a backlog, and does not keep the records back for good.
func TestTheLimitOfBytesIsKept(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := collector.NewMemory()
	startCollector(t, broker.URL(), "a", store)
	d := newDisk()
	d.open(1)
	const records, rate = 500, 60_000 // some 220 bytes each
	d.write(records)
	began := time.Now()
	startBox(t, broker.URL(), d, tokenFile(t), func(o *uplink.Options) { o.BytesASecond = rate })
	d.waitMarked(t)
	expectAll(t, store, map[uint64]uint64{1: records})
	// The last batch of five starts when the four before it had their time.
	if least, took := 400*220*time.Second/rate, time.Since(began); took < least {
		t.Errorf("%d records took %s: faster than the limit allows, %s", records, took, least)
	}
}
