package certificates_test

import (
	"testing"

	"checkpoint/cmd/internal/certificates"
)

func TestNothingLeavesTheMachineWithoutTLS(t *testing.T) {
	for _, address := range []string{
		"tcp://broker.example:1883", "tcp://10.0.0.5:1883", "tcp://localhost:1883", "tcp://127.0.0.1.example:1883", "tcp://[::]:1883",
		"tcp://", "ws://127.0.0.1:80", "127.0.0.1:1883", "",
	} {
		if secured, err := certificates.Broker(address); err == nil || secured {
			t.Errorf("%q is taken", address)
		}
	}
	for address, want := range map[string]bool{"ssl://broker.example:8883": true, "tcp://127.0.0.1:1883": false, "tcp://[::1]:1883": false} {
		if secured, err := certificates.Broker(address); err != nil || secured != want {
			t.Errorf("%q: secured %v, %v", address, secured, err)
		}
	}
}
