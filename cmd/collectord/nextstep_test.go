package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"checkpoint/cmd/internal/cli"
)

// What is in a command's way is said with the next step, whichever command it is;
// a step that is told already stays.
func TestWhatIsInTheWayHasANextStep(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, taken := net.Listen("tcp", l.Addr().String())
	_, away := pgconn.Connect(t.Context(), "host=/absent-database user=checkpoint_view")
	for want, err := range map[string]error{
		"ss -ltnp":                    taken,
		"systemctl status postgresql": fmt.Errorf("looks: %w", away),
		"sudo -u checkpoint_view":     fmt.Errorf("looks: %w", &pgconn.PgError{Code: insufficientPrivilege}),
		"told":                        cli.Hint(away, "told"),
	} {
		var told *cli.Error
		if !errors.As(nextStep(err), &told) || !strings.Contains(told.Hint, want) || !errors.Is(told, errors.Unwrap(err)) {
			t.Errorf("%v: %+v", err, told)
		}
	}
	plain := errors.New("no disk")
	if nextStep(plain) != plain || nextStep(nil) != nil {
		t.Error("another error was changed")
	}
}
