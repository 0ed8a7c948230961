package uplink_test

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hpke"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"checkpoint/store/photos"
	"checkpoint/sync/collector"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

// album is a box's store of photos.
func album(t *testing.T) *photos.Store {
	t.Helper()
	k, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s, err := photos.New(photos.Options{Dir: t.TempDir(), Province: province, Box: boxID, Key: k.PublicKey()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// photograph takes a photo of a form, of several pieces.
func photograph(t *testing.T, s *photos.Store) photos.ID {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 400, 400))
	for i := range m.Pix {
		m.Pix[i] = byte(rand.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	if b.Len() < 2*wire.PieceSize {
		t.Fatalf("%d bytes: too few for the test", b.Len())
	}
	id, err := s.Take("1", b.Bytes(), time.Now())
	if err == nil {
		err = s.Use("1", id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sends(s uplink.Photos) func(*uplink.Options) {
	return func(o *uplink.Options) { o.Photos = s }
}

// waitGone waits until the box keeps no photo any more.
func waitGone(t *testing.T, s *photos.Store) {
	t.Helper()
	late := time.Now().Add(30 * time.Second)
	for len(s.Waiting()) > 0 {
		if time.Now().After(late) {
			t.Fatalf("%d photos are still on the box", len(s.Waiting()))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// takesPhotos is a collector that takes photos into p.
func takesPhotos(t *testing.T, url string, store collector.Store, p collector.PhotoStore) *collector.Receiver {
	t.Helper()
	r, err := collector.New(collector.Options{
		Broker: url, Province: province, ID: "a", Key: key(1), Store: store, Photos: p, Log: quiet(t),
		GapAfter: 200 * time.Millisecond, MinBackoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	background(t, r.Run)
	return r
}

func TestPhotosGoUpAndAreRemovedOnceMarked(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := watch(collector.NewMemory())
	topics, err := wire.NewTopics(province, boxID)
	if err != nil {
		t.Fatal(err)
	}
	passing := listen(t, observer(t, broker.URL(), "bystander"), "checkpoint/v1/"+province+"/"+boxID+"/+")
	takesPhotos(t, broker.URL(), store, store.Memory)
	s := album(t)
	first := photograph(t, s)
	sealed, err := s.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	d := newDisk()
	d.open(1)
	d.write(1000)
	startBox(t, broker.URL(), d, tokenFile(t), sends(s))
	records := 0
	for m := receive(t, passing, "piece of a photo"); m.Topic() != topics.Photos(); m = receive(t, passing, "piece of a photo") {
		if b, err := wire.DecodeBatch(m.Payload()); err == nil && m.Topic() == topics.Records() {
			records += len(b.Records)
		}
	}
	if records < 1000 {
		t.Errorf("a photo went up after %d of 1,000 records", records)
	}
	waitGone(t, s)
	second := photograph(t, s) // while the link is up
	waitGone(t, s)
	if got := store.Photo(collector.Photo{Box: boxID, ID: first}); !bytes.Equal(got, sealed) {
		t.Errorf("the province has %d bytes of %d", len(got), len(sealed))
	}
	if store.Photo(collector.Photo{Box: boxID, ID: second}) == nil {
		t.Error("the second photo is not in the province")
	}
}

// deaf is a photo store that fails, then one that forgets pieces.
type deaf struct {
	*collector.Memory
	mu   sync.Mutex
	left int // calls that fail
	lose int // pieces that are lost after that
}

func (d *deaf) KeepPieces(ctx context.Context, pieces []wire.Piece) ([]collector.Photo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left > 0 {
		d.left--
		return nil, context.DeadlineExceeded
	}
	for len(pieces) > 0 && d.lose > 0 {
		d.lose--
		pieces = pieces[1:]
	}
	return d.Memory.KeepPieces(ctx, pieces)
}

// A store that is away, pieces that are lost and a broker that is killed: the photo
// stays until it is whole.
func TestAPhotoIsSentAgainUntilItIsMarked(t *testing.T) {
	broker := mosquittotest.Start(t)
	store := collector.NewMemory()
	takesPhotos(t, broker.URL(), store, &deaf{Memory: store, left: 1, lose: 2})
	s := album(t)
	id := photograph(t, s)
	b := startBox(t, broker.URL(), newDisk(), tokenFile(t), sends(s), func(o *uplink.Options) { o.ResendAfter = 300 * time.Millisecond })
	b.wait(t, "connected", connected)
	broker.Kill()
	if store.Photo(collector.Photo{Box: boxID, ID: id}) == nil && len(s.Waiting()) != 1 {
		t.Error("removed before the province had it")
	}
	broker.Restart()
	waitGone(t, s)
	if store.Photo(collector.Photo{Box: boxID, ID: id}) == nil {
		t.Error("removed, and not in the province")
	}
}

// Whoever sits on the broker cannot have a photo removed.
func TestForgedMarksRemoveNoPhoto(t *testing.T) {
	broker := mosquittotest.Start(t)
	s := album(t)
	id := photograph(t, s)
	b := startBox(t, broker.URL(), newDisk(), tokenFile(t), sends(s))
	b.wait(t, "connected", connected)
	evil := observer(t, broker.URL(), "evil")
	topics, err := wire.NewTopics(province, boxID)
	if err != nil {
		t.Fatal(err)
	}
	for n, m := range []wire.PhotoMark{
		{Province: province, Box: boxID, Photo: id, Collector: "a"},
		{Province: province, Box: "gate-2", Photo: id, Collector: "a"},
	} {
		if err := m.Sign(key(byte(2 - n))); err != nil {
			t.Fatal(err)
		}
		payload, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // the box may not have subscribed yet
			if err := evil.PublishWait(t.Context(), topics.PhotoMark(), true, payload); err != nil {
				t.Fatal(err)
			}
		}
		b.wait(t, "refused", func(st uplink.Status) bool { return st.Refused > uint64(n) })
	}
	if len(s.Waiting()) != 1 {
		t.Error("a photo was removed on a stranger's word")
	}
}
