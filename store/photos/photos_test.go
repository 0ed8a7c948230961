package photos_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint/store/photos"
)

var at = time.Date(2021, 10, 13, 1, 5, 0, 123_000_000, time.UTC)

// form is a picture of a form, each another one.
func form(t *testing.T, n uint64, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	r := rand.New(rand.NewPCG(n, 8))
	for i := range m.Pix {
		m.Pix[i] = byte(200 + r.IntN(20))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func key(t *testing.T) hpke.PrivateKey {
	t.Helper()
	k, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func open(t *testing.T, dir string, k hpke.PrivateKey, adjust ...func(*photos.Options)) *photos.Store {
	t.Helper()
	o := photos.Options{Dir: dir, Province: "mau", Box: "thu-0001", Key: k.PublicKey()}
	for _, f := range adjust {
		f(&o)
	}
	s, err := photos.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func take(t *testing.T, s *photos.Store, lane string, picture []byte) photos.ID {
	t.Helper()
	id, err := s.Take(lane, picture, at)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		names = append(names, f.Name())
	}
	return names
}

// A photo is on disk sealed, opens for the province alone and under its own label,
// survives a restart, and is removed when the province has it.
func TestAPhotoWaitsSealedUntilTheProvinceHasIt(t *testing.T) {
	dir, k := filepath.Join(t.TempDir(), "photos"), key(t)
	s := open(t, dir, k)
	picture := form(t, 1, 640, 480)
	id := take(t, s, "1", picture)
	if len(s.Waiting()) != 0 {
		t.Error("a photo without a form waits to be sent")
	}
	if err := s.Use("1", id); err != nil {
		t.Fatal(err)
	}
	if err := s.Use("1", id); err != nil {
		t.Errorf("the same form sent again: %v", err)
	}
	<-s.Changed()

	s = open(t, dir, k) // after a power cut
	wait := s.Waiting()
	if len(wait) != 1 || wait[0].ID != id || !wait[0].Time.Equal(at) {
		t.Fatalf("waiting: %+v", wait)
	}
	sealed, err := s.Read(id)
	if err != nil || photos.IDOf(sealed) != id || int64(len(sealed)) != wait[0].Size {
		t.Fatalf("%d bytes, %v", len(sealed), err)
	}
	if bytes.Contains(sealed, picture[len(picture)/2:][:64]) || bytes.HasPrefix(sealed, []byte{0xFF, 0xD8}) {
		t.Error("the card has the picture in clear")
	}
	label := photos.Label{Province: "mau", Box: "thu-0001", Time: at}
	if got, err := photos.Open(k, label, sealed); err != nil || !bytes.Equal(got, picture) {
		t.Errorf("the province opens %d bytes, %v", len(got), err)
	}
	other := label
	other.Box = "thu-0002"
	if _, err := photos.Open(k, other, sealed); err == nil {
		t.Error("it opens as another box's")
	}
	if _, err := photos.Open(key(t), label, sealed); err == nil {
		t.Error("it opens with another key")
	}
	if err := s.Remove(id); err != nil || len(s.Waiting()) != 0 || len(files(t, dir)) != 0 {
		t.Errorf("removed: %v, waiting %d, files %v", err, len(s.Waiting()), files(t, dir))
	}
	if err := s.Remove(id); err != nil {
		t.Errorf("removed again: %v", err)
	}
}

func TestWhatNoFormHasIsNeverSentAndDoesNotStay(t *testing.T) {
	dir, k := t.TempDir(), key(t)
	s := open(t, dir, k)
	first := take(t, s, "1", form(t, 1, 64, 64))
	second := take(t, s, "1", form(t, 2, 64, 64))
	other := take(t, s, "2", form(t, 3, 64, 64))
	if n := files(t, dir); len(n) != 2 {
		t.Errorf("files %v: one a lane", n)
	}
	for lane, id := range map[string]photos.ID{"1": first, "2": second, "3": other} {
		if err := s.Use(lane, id); !errors.Is(err, photos.ErrGone) {
			t.Errorf("lane %s: %v", lane, err)
		}
	}
	if err := errors.Join(s.Drop("1", other), s.Drop("2", other)); err != nil {
		t.Fatal(err)
	}
	if n := files(t, dir); len(n) != 1 {
		t.Errorf("files %v: one is dropped, of its own lane", n)
	}
	if s = open(t, dir, k); len(s.Waiting()) != 0 || len(files(t, dir)) != 0 {
		t.Errorf("after a start: waiting %v, files %v", s.Waiting(), files(t, dir))
	}
}

func TestGarbageIsNoPhoto(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, key(t))
	whole := form(t, 1, 320, 240)
	huge := bytes.Clone(whole)
	at := bytes.Index(huge, []byte{0xFF, 0xC0})
	copy(huge[at+5:], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte(strings.Repeat("no picture ", 99)), "half": whole[:len(whole)/2], "of 65535 a side": huge,
		"a dot": form(t, 1, 8, 8), "too many bytes": append(bytes.Clone(whole), make([]byte, photos.MaxJPEG)...),
	} {
		if _, err := s.Take("1", b, time.Now()); !errors.Is(err, photos.ErrPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := files(t, dir); len(n) != 0 {
		t.Errorf("files %v", n)
	}
}

// A store that is full refuses; it neither throws another form's photo away nor
// takes the room that records need.
func TestAFullStoreOrCardRefuses(t *testing.T) {
	dir, k := t.TempDir(), key(t)
	room := int64(1 << 40)
	s := open(t, dir, k, func(o *photos.Options) { o.Room = func() (int64, error) { return room, nil } })
	room = photos.Leave + 100
	if _, err := s.Take("1", form(t, 1, 64, 64), at); !errors.Is(err, photos.ErrFull) {
		t.Errorf("on a full card: %v", err)
	}
	room = 1 << 40
	for n := range uint64(photos.Most) {
		if err := s.Use("1", take(t, s, "1", form(t, n, 16, 16))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Take("1", form(t, 1, 64, 64), at); !errors.Is(err, photos.ErrFull) {
		t.Errorf("in a full store: %v", err)
	}
	if err := s.Remove(s.Waiting()[0].ID); err != nil {
		t.Fatal(err)
	}
	take(t, s, "1", form(t, 1, 64, 64))
}

// A card that rots changes bytes: such a photo opens nowhere, and must not be sent
// for ever.
func TestADamagedPhotoIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, key(t))
	id := take(t, s, "1", form(t, 1, 64, 64))
	if err := s.Use("1", id); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, files(t, dir)[0])
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(id); !errors.Is(err, photos.ErrGone) || len(s.Waiting()) != 0 || len(files(t, dir)) != 0 {
		t.Errorf("%v, waiting %v, files %v", err, s.Waiting(), files(t, dir))
	}
}

func TestOnlyOneTextNamesAPhoto(t *testing.T) {
	id := photos.IDOf([]byte("x"))
	if got, err := photos.ParseID(id.String()); err != nil || got != id {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", strings.ToUpper(id.String()), id.String() + "00", "../../../../etc/passwd0000000000"} {
		if _, err := photos.ParseID(bad); err == nil {
			t.Errorf("%q names a photo", bad)
		}
	}
}
