package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/store/photos"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

// picture is of an invented form: noise, so that it has several pieces.
func picture(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 400, 400))
	for i := range m.Pix {
		m.Pix[i] = byte(rand.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// album is the store of a box's photos, with one in it.
func album(t *testing.T, taken []byte, at time.Time) (*photos.Store, photos.ID) {
	t.Helper()
	s, err := photos.New(photos.Options{Dir: t.TempDir(), Province: province, Box: boxID, Key: recordsKey(t).PublicKey()})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Take("1", taken, at)
	if err == nil {
		err = s.Use("1", id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, id
}

func waitGone(t *testing.T, s *photos.Store) {
	t.Helper()
	for late := time.Now().Add(time.Minute); len(s.Waiting()) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%d photos are still on the box", len(s.Waiting()))
		}
	}
}

func photosOf(s uplink.Photos) func(*uplink.Options) {
	return func(o *uplink.Options) { o.Photos = s }
}

// lastWords is a photo store that a SIGKILL ends once a photo is committed whole, before
// anybody is told.
type lastWords struct{ *postgres.Store }

func (l *lastWords) KeepPieces(ctx context.Context, pieces []wire.Piece) ([]collector.Photo, error) {
	whole, err := l.Store.KeepPieces(ctx, pieces)
	if err == nil && len(whole) > 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it arrives
	}
	return whole, err
}

// A collector that is killed when the whole photo is committed and not yet marked,
// and another one after it: the photo is there once, opens to what was taken, and
// the box keeps none.
func TestAPhotoReachesTheDatabaseOnce(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	broker := mosquittotest.Start(t)
	taken := picture(t)
	store, id := album(t, taken, day)
	b := newBox(t, boxID)
	b.write(20)
	b.connect(broker.URL(), photosOf(store))

	mortal := exec.Command(os.Args[0], "-test.run=^$")
	mortal.Env = append(os.Environ(), dies+"="+broker.URL()+" "+c.URL(db), "PHOTO=yes")
	if err := mortal.Run(); mortal.ProcessState == nil || mortal.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the collector ended with %v", err)
	}
	if len(store.Waiting()) != 1 {
		t.Fatal("the box removed a photo that nobody had marked")
	}
	startCollector(t, photosInto(receiving(broker.URL(), "a", s), s))
	startCollector(t, photosInto(receiving(broker.URL(), "b", s), s))
	b.waitMarked()
	waitGone(t, store)

	if n := postgrestest.Value[int](t, c, db, "select count(*) from checkpoint.photo"); n != (len(taken)+wire.PieceSize)/wire.PieceSize {
		t.Errorf("%d pieces in the database", n)
	}
	sealed, at, err := postgres.Photo(t.Context(), c.URL(db), collector.Photo{Box: boxID, ID: id}, "an", "test")
	if err != nil || !at.Equal(day) || bytes.Contains(sealed, taken[500:600]) {
		t.Fatalf("%d bytes of %v, %v", len(sealed), at, err)
	}
	got, err := photos.Open(recordsKey(t), photos.Label{Province: province, Box: boxID, Time: at}, sealed)
	if err != nil || !bytes.Equal(got, taken) {
		t.Errorf("it opens to %d bytes, %v", len(got), err)
	}
}

func photosInto(o collector.Options, s collector.PhotoStore) collector.Options {
	o.Photos = s
	return o
}

// Half a photo, a photo whose pieces are another's, and one of another box under
// the same name are none; what is whole stays so.
func TestOnlyAWholePhotoIsMarked(t *testing.T) {
	s, db := fresh(t)
	url := shared.Cluster(t).URL(db)
	sealed := bytes.Repeat([]byte{7}, wire.PieceSize+9)
	p := photos.Photo{ID: photos.IDOf(sealed), Time: day}
	pieces := wire.Pieces(province, boxID, p, sealed)
	stranger := wire.Pieces(province, "gate-2", p, bytes.Repeat([]byte{8}, wire.PieceSize+9))
	keep := func(want int, pieces ...wire.Piece) {
		t.Helper()
		if whole, err := s.KeepPieces(t.Context(), pieces); err != nil || len(whole) != want {
			t.Errorf("whole: %v, %v; want %d", whole, err, want)
		}
	}
	keep(0, pieces[1])
	keep(0, stranger...)
	if _, _, err := postgres.Photo(t.Context(), url, collector.Photo{Box: boxID, ID: p.ID}, "an", "test"); !errors.Is(err, postgres.ErrNoPhoto) {
		t.Errorf("half a photo: %v", err)
	}
	keep(1, pieces...)
	keep(1, pieces[0])
	forged := pieces[0]
	forged.Body = bytes.Repeat([]byte{9}, wire.PieceSize)
	keep(1, forged) // changes nothing
	if got, _, err := postgres.Photo(t.Context(), url, collector.Photo{Box: boxID, ID: p.ID}, "an", "test"); err != nil || !bytes.Equal(got, sealed) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	far := pieces[0]
	far.Time = time.UnixMilli(1 << 50) // a clock that is wrong fails no insert
	keep(1, far)
}

// Photos go with their day, also those of wrong clocks; and nobody but the opener's
// role reads one.
func TestPhotosGoWithTheirDay(t *testing.T) {
	s, db := fresh(t)
	c := shared.Cluster(t)
	today := postgres.DayOf(time.Now())
	for n, at := range []time.Time{time.Now().AddDate(0, 0, -40), time.Now().AddDate(0, 0, -2), time.UnixMilli(1000)} {
		sealed := []byte(strings.Repeat("x", n+1))
		if _, err := s.KeepPieces(t.Context(), wire.Pieces(province, boxID, photos.Photo{ID: photos.IDOf(sealed), Time: at}, sealed)); err != nil {
			t.Fatal(err)
		}
	}
	postgrestest.Value[int](t, c, db, "select dropped::int from checkpoint.forget_before($1)", today.AddDate(0, 0, -30))
	if n := rows(t, db, "checkpoint.photo"); n != 1 {
		t.Errorf("%d photos are left, want 1", n)
	}
	for role, allowed := range map[string]bool{"checkpoint_open": true, "checkpoint_view": false, "checkpoint_boxes": false, "checkpoint_people": false} {
		conn, err := pgx.Connect(t.Context(), c.URL(db))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "set role "+role); err != nil {
			t.Fatal(err)
		}
		_, err = conn.Exec(t.Context(), "select body from checkpoint.photo")
		_, errFunction := conn.Exec(t.Context(), "select * from checkpoint.photo('x', 'y')")
		if (err == nil) != allowed || (errFunction == nil) != allowed {
			t.Errorf("%s: %v, %v", role, err, errFunction)
		}
		_ = conn.Close(context.Background())
	}
}
