package main

import (
	"bytes"
	"crypto/hpke"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint/store/keys"
	"checkpoint/store/photos"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/uplink"
	"checkpoint/sync/wire"
)

// paper is a picture of an invented form: grey with a black bar.
func paper(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 1280, 720))
	for i := range m.Pix {
		m.Pix[i] = 210
		if i/1280 < 100 {
			m.Pix[i] = 10
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The photo of a form goes from a box over mutual TLS and the broker's list of
// rights into the database, leaves the box, and is opened by who has the key: each
// program in its own role.
func TestThePhotoOfAFormIsSeenInTheProvinceAlone(t *testing.T) {
	p := newProvince(t)
	p.daemon("receive")
	public, err := keys.RecordsPublic(p.trust)
	if err != nil {
		t.Fatal(err)
	}
	album, err := photos.New(photos.Options{Dir: filepath.Join(p.dir, "album"), Province: "mau", Box: "gate-1", Key: public})
	if err != nil {
		t.Fatal(err)
	}
	id, err := album.Take("1", paper(t), time.Now())
	if err == nil {
		err = album.Use("1", id)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.box(3, func(o *uplink.Options) { o.Photos = album })
	p.eventually("select count(*) from checkpoint.photo('gate-1', decode('"+id.String()+"', 'hex'))", 1)
	for late := time.Now().Add(time.Minute); len(album.Waiting()) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the box still keeps the photo")
		}
	}

	config, out := filepath.Join(p.dir, "collector.toml"), filepath.Join(p.dir, "form.jpg")
	p.run("report", "papers", "--config", config, "--photo", id.String(), "--reason", "thử", "--out", out)
	p.eventually("select count(*) from checkpoint.photo_look where reason = 'thử' and account <> ''", 1)
	seen, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(seen))
	if err != nil || m.Bounds() != image.Rect(0, 0, 1280, 720) {
		t.Fatalf("%v, %v", m, err)
	}
	if r, _, _, _ := m.At(600, 50).RGBA(); r > 0x4000 {
		t.Error("it shows something else")
	}
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("written as %v, %v", info, err)
	}

	evil := p.notAPicture()
	for name, want := range map[string]string{evil.String(): "not a picture", strings.Repeat("0", 32): "no such photo", "../../etc/passwd": "hexadecimal"} {
		cmd := collectord("report", "papers", "--config", config, "--photo", name, "--reason", "thử", "--out", out+".2")
		if text, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(text), want) {
			t.Errorf("photo %s: %v\n%s", name, err, text)
		}
		if _, err := os.Stat(out + ".2"); err == nil {
			t.Errorf("photo %s: a file was written", name)
		}
	}
	p.refuses("checkpoint_open", []string{"delete from checkpoint.photo_look", "update checkpoint.photo_look set reason = ''", "delete from checkpoint.photo"})
	p.refuses("checkpoint_view", []string{"select from checkpoint.photo", "select checkpoint.photo('', '')"})
	p.refuses("checkpoint_receive", []string{"delete from checkpoint.photo", "select checkpoint.forget_photo('', '')"})
}

// notAPicture is what a stolen box may seal: a page for whoever opens it.
func (p *province) notAPicture() photos.ID {
	p.t.Helper()
	public, err := keys.RecordsPublic(p.trust)
	if err != nil {
		p.t.Fatal(err)
	}
	at := time.Now().Truncate(time.Millisecond)
	info := fmt.Appendf(nil, "checkpoint photo v1\x00mau\x00gate-1\x00%d", at.UnixMilli())
	sealed, err := hpke.Seal(public, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info, []byte("<script>alert(1)</script>"))
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := postgres.Open(p.t.Context(), postgres.Options{URL: p.cluster.URLFor("checkpoint_receive", "checkpoint")})
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.Close()
	photo := photos.Photo{ID: photos.IDOf(sealed), Time: at}
	if whole, err := s.KeepPieces(p.t.Context(), wire.Pieces("mau", "gate-1", photo, sealed)); err != nil || len(whole) != 1 {
		p.t.Fatal(whole, err)
	}
	return photo.ID
}
