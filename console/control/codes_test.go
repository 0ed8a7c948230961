package control_test

import (
	"context"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

func TestAMaskedNumberNamesNobody(t *testing.T) {
	for number, want := range map[string]string{"001090000011": "001•••••••11", "012345678": "012••••78", "1234567": "•••••••", "": "", "PQRắ5678": "PQR•••78"} {
		if got := control.Masked(number); got != want {
			t.Errorf("%q: %q, want %q", number, got, want)
		}
	}
}

func TestATestCodeIsKnownAlsoWhenItsLettersAreLost(t *testing.T) {
	const code = "CHECKPOINT-TEST|Đặng"
	for payload, want := range map[string]control.Test{
		code: control.TestWhole, "CHECKPOINT-TEST|ng": control.TestDamaged, "checkpoint/test": control.TestDamaged,
		"001090000011": control.NoTest, "CHECKPOINT": control.NoTest, "": control.NoTest,
	} {
		if got := control.TestOf([]byte(payload), code); got != want {
			t.Errorf("%q: %q, want %q", payload, got, want)
		}
	}
}

func TestCodesReachWhoListensAndNobodyElse(t *testing.T) {
	codes := &control.Codes{}
	_, c := daemon(t, &control.Server{Codes: codes})
	if codes.Wanted() {
		t.Error("wanted by nobody")
	}
	codes.Tell(control.Code{Lane: "lost"})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ready, got := make(chan struct{}), make(chan control.Code, 1)
	go func() {
		_ = c.Codes(ctx, ready, func(code control.Code) bool { got <- code; return false })
	}()
	<-ready
	if !codes.Wanted() {
		t.Error("not wanted")
	}
	want := control.Code{Lane: "1", Reader: "scanner", Kind: checkpoint.FormatCCCD2021, Number: "001•••••••11"}
	codes.Tell(want)
	if code := <-got; code != want {
		t.Errorf("%+v", code)
	}
	for codes.Wanted() { // until the one who left is noticed
		select {
		case <-ctx.Done():
			t.Fatal("still wanted")
		case <-time.After(time.Millisecond):
		}
	}
}
