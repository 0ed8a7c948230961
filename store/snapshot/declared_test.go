package snapshot

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

func goldenDeclared() *Declared {
	return &Declared{
		Code: "TK-2021-10-000001", Kind: checkpoint.KindPassport, Number: "C9000001", NameFold: "NGUYEN VAN AN",
		Birth: checkpoint.Date{Year: 1990, Month: 8}, At: time.Date(2021, 10, 15, 8, 0, 0, 0, time.UTC), From: "00001", To: "ABCDEFGH",
	}
}

// The bytes are what boxes in the field hold.
func TestGoldenDeclaration(t *testing.T) {
	secret := goldenPepper().secret(checkpoint.KindDeclared, goldenDeclared().Code, checkpoint.Date{})
	b, err := goldenDeclared().encode(secret)
	if err != nil {
		t.Fatal(err)
	}
	const want = "8400002cd1f05b5e" + "61693500" + "07c60800" + "00b302fddbae" + "3030303031000000" + "4142434445464748"
	if got := hex.EncodeToString(b[:]); got != want {
		t.Errorf("the bytes have changed to %s", got)
	}
	for name, agrees := range map[string]checkpoint.Agreement{"NGUYEN VAN AN": checkpoint.Agrees, "NGUYEN VAN BINH": checkpoint.Differs, "": checkpoint.Unknown} {
		d, err := decodeDeclared(b[:], secret, name)
		if err != nil || d.Kind != checkpoint.KindPassport || d.Number != "C9000001" || d.Birth.String() != "1990-08" || !d.At.Equal(goldenDeclared().At) || d.From != "00001" || d.To != "ABCDEFGH" || d.Name != agrees {
			t.Errorf("%q: %+v, %v", name, d, err)
		}
	}
	if _, err := decodeDeclared(b[1:], secret, ""); !errors.Is(err, ErrDamaged) {
		t.Errorf("cut short: %v", err)
	}
}

func TestADeclarationThatNoRecordHolds(t *testing.T) {
	for want, change := range map[string]func(*Declared){
		"commune":         func(d *Declared) { d.From = "123456789" },
		"commune code":    func(d *Declared) { d.To = "Hà Nội" },
		"declared at":     func(d *Declared) { d.At = time.Time{} },
		"document number": func(d *Declared) { d.Number = "C-1" },
	} {
		d := goldenDeclared()
		change(d)
		if _, err := d.encode(nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want one about %s", err, want)
		}
	}
}

// A declaration's key is made of one block of SHA-256 as all others are.
func TestKeyMaterialOfEveryTypeFitsABlock(t *testing.T) {
	for _, typ := range []entryType{entryPerson, entryAlias, entryDeclared} {
		if n := len(appendKeyMaterial(nil, make([]byte, 32), typ)); n > 55 {
			t.Errorf("%s: %d bytes", typ, n)
		}
	}
	if bytes.Equal(appendKeyMaterial(nil, make([]byte, 32), entryAlias), appendKeyMaterial(nil, make([]byte, 32), entryDeclared)) {
		t.Error("two types share a key")
	}
}
