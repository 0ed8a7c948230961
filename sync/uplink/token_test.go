package uplink

import (
	"bytes"
	"crypto/ed25519"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/durable"
)

func withTokens(path string) *Uplink {
	return &Uplink{Options: Options{Tokens: durable.Bytes(path), Log: slog.New(slog.DiscardHandler)}}
}

func TestRestoreTokenSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token")
	u := withTokens(path)
	u.recallToken()
	if u.memo.token != nil {
		t.Fatalf("a new box starts with token %x", u.memo.token)
	}
	at := time.UnixMilli(1_700_000_000_123)
	for _, token := range []string{"life one", "life two"} {
		if err := u.keepToken([]byte(token), at); err != nil {
			t.Fatal(err)
		}
	}
	next := withTokens(path)
	next.recallToken()
	if string(next.memo.token) != "life two" || !next.memo.since.Equal(at) {
		t.Fatalf("recalled %q of %v", next.memo.token, next.memo.since)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Fatalf("temporary files left behind: %v", left)
	}
}

// Starting without a token lowers marks, which is safe; half a token would
// refuse every mark.
func TestADamagedTokenIsForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	u := withTokens(path)
	u.recallToken()
	if u.memo.token != nil {
		t.Fatalf("token %q", u.memo.token)
	}
}

func TestATokenThatCannotBeKeptIsNotAccepted(t *testing.T) {
	u := withTokens(filepath.Join(t.TempDir(), "no such folder", "token"))
	if err := u.keepToken([]byte("life"), time.Now()); err == nil || u.memo.token != nil {
		t.Fatalf("error %v, token %q", err, u.memo.token)
	}
}

func TestNewRefusesWhatCouldNeverWork(t *testing.T) {
	good := Options{
		Broker: "tcp://127.0.0.1:1883", Province: "ha-noi", Box: "gate-1", Tokens: durable.Bytes("t"),
		Collectors: []ed25519.PublicKey{bytes.Repeat([]byte{1}, ed25519.PublicKeySize)},
		Outbox:     struct{ Outbox }{},
	}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Options){
		"box id":        func(o *Options) { o.Box = "collectors" },
		"province id":   func(o *Options) { o.Province = "Hà Nội" },
		"collector key": func(o *Options) { o.Collectors = nil },
		"broker":        func(o *Options) { o.Broker = "" },
		"outbox":        func(o *Options) { o.Outbox = nil },
		"token store":   func(o *Options) { o.Tokens = nil },
	} {
		o := good
		spoil(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
