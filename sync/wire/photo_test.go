package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"checkpoint/store/photos"
	"checkpoint/sync/wire"
)

func samplePieces() []wire.Piece {
	sealed := bytes.Repeat([]byte("sealed"), wire.PieceSize/4)
	p := photos.Photo{ID: photos.IDOf(sealed), Time: time.UnixMilli(1_634_087_100_123).UTC()}
	return wire.Pieces("ha-noi", "gate-1", p, sealed)
}

func samplePhotoMark(t *testing.T) wire.PhotoMark {
	t.Helper()
	m := wire.PhotoMark{Province: "ha-noi", Box: "gate-1", Photo: photos.IDOf([]byte("x")), Collector: "a"}
	if err := m.Sign(sampleKey()); err != nil {
		t.Fatal(err)
	}
	return m
}

// Boxes and collectors of different years meet: these bytes never change.
const (
	goldenPiece     = "a80101026668612d6e6f690366676174652d3104507a1c7a1c7a1c7a1c7a1c7a1c7a1c7a1c051b0000017c772e5e7b060007010843706965"
	goldenPhotoMark = "a60101026668612d6e6f690366676174652d3104502d711642b726b04401627ca9fbac32f505616106584089fdd01c7e418d4f1c5ecc332661e9803d98" +
		"ff9cbf7fd0fe1e430506b91abbaf6b6f167550eb241b9d077fb9a966e8a9a790994540cf62132dd918eb37879802"
)

func TestAPhotoIsCutAndPutTogetherAgain(t *testing.T) {
	var whole []byte
	pieces := samplePieces()
	for i, p := range pieces {
		b, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := wire.DecodePiece(b)
		if err != nil || back.Number != uint64(i) || back.Of != 2 || back.Box != p.Box || !back.Time.Equal(p.Time) {
			t.Fatalf("piece %d comes back as %+v, %v", i, back, err)
		}
		whole = append(whole, back.Body...)
	}
	if photos.IDOf(whole) != pieces[0].Photo {
		t.Error("the pieces are another photo")
	}
	most := make([]byte, photos.MaxSealed)
	if all := wire.Pieces("ha-noi", "gate-1", photos.Photo{ID: photos.IDOf(most)}, most); len(all) == 0 {
		t.Error("the largest photo has no pieces")
	} else if _, err := all[len(all)-1].Encode(); err != nil {
		t.Errorf("the largest photo does not go: %v", err)
	}
}

func TestGoldenPhotoMessages(t *testing.T) {
	p := wire.Piece{
		Province: "ha-noi", Box: "gate-1", Photo: photos.ID(bytes.Repeat([]byte{0x7a, 0x1c}, 8)),
		Time: time.UnixMilli(1_634_087_100_027).UTC(), Of: 1, Body: []byte("pie"),
	}
	m := samplePhotoMark(t)
	piece, err := p.Encode()
	mark, err2 := m.Encode()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if hex.EncodeToString(piece) != goldenPiece {
		t.Errorf("piece encodes as\n%x", piece)
	}
	if hex.EncodeToString(mark) != goldenPhotoMark {
		t.Errorf("mark encodes as\n%x", mark)
	}
}

func TestPiecesThatAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*wire.Piece){
		"another box's topic": func(p *wire.Piece) { p.Box = "+" },
		"no bytes":            func(p *wire.Piece) { p.Body = nil },
		"too many bytes":      func(p *wire.Piece) { p.Body = make([]byte, wire.PieceSize+1) },
		"half a piece":        func(p *wire.Piece) { p.Body = p.Body[:10] },
		"beyond the last":     func(p *wire.Piece) { p.Number = p.Of },
		"of none":             func(p *wire.Piece) { p.Number, p.Of = 0, 0 },
		"of a thousand":       func(p *wire.Piece) { p.Of = 1000 },
	} {
		p := samplePieces()[0]
		spoil(&p)
		if _, err := p.Encode(); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
}

// A photo is removed on the mark's word.
func TestAPhotoMarkIsSignedWhole(t *testing.T) {
	keys := []ed25519.PublicKey{sampleKey().Public().(ed25519.PublicKey)}
	m := samplePhotoMark(t)
	if err := m.Verify(keys); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*wire.PhotoMark){
		"province":  func(m *wire.PhotoMark) { m.Province = "hue" },
		"box":       func(m *wire.PhotoMark) { m.Box = "gate-2" },
		"photo":     func(m *wire.PhotoMark) { m.Photo[0] ^= 1 },
		"collector": func(m *wire.PhotoMark) { m.Collector = "b" },
		"signature": func(m *wire.PhotoMark) { m.Signature = make([]byte, ed25519.SignatureSize) },
	} {
		forged := samplePhotoMark(t)
		change(&forged)
		if err := forged.Verify(keys); !errors.Is(err, wire.ErrSignature) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

func FuzzDecodePiece(f *testing.F) {
	for _, p := range samplePieces() {
		b, _ := p.Encode()
		f.Add(b)
	}
	golden, _ := hex.DecodeString(goldenPhotoMark)
	f.Add(golden)
	f.Fuzz(func(t *testing.T, in []byte) {
		if p, err := wire.DecodePiece(in); err == nil {
			if out, err := p.Encode(); err != nil || !bytes.Equal(out, in) {
				t.Fatalf("%x decodes and encodes to %x, %v", in, out, err)
			}
		}
		if m, err := wire.DecodePhotoMark(in); err == nil {
			if out, err := m.Encode(); err != nil || !bytes.Equal(out, in) {
				t.Fatalf("%x decodes and encodes to %x, %v", in, out, err)
			}
		}
	})
}
