package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// seen is how far the database's log was written when this collector last
// looked. A log that is shorter later was put back: the disk of the database
// was copied from a backup or a snapshot of its machine.
type seen struct {
	Origin string `json:"origin"`
	At     string `json:"at"` // pg_lsn
}

// enter prepares a new connection.
func (s *Store) enter(ctx context.Context, conn *pgx.Conn) error {
	if err := checkSchema(ctx, conn); err != nil {
		return err
	}
	if err := s.look(ctx, conn); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, staging)
	return err
}

// look lets the database compare itself with what was seen of it, and give
// itself a new token when it was put back.
func (s *Store) look(ctx context.Context, conn *pgx.Conn) error {
	s.mu.Lock()
	before := s.seen
	s.mu.Unlock()
	var now seen
	err := conn.QueryRow(ctx, `select origin, at::text from checkpoint.enter($1, nullif($2, '')::pg_lsn)`, before.Origin, before.At).
		Scan(&now.Origin, &now.At)
	if err != nil {
		return fmt.Errorf("look at the database's life: %w", err)
	}
	if before.Origin != "" && (before.Origin != now.Origin || lsn(now.At) < lsn(before.At)) {
		s.log.Warn("the database was put back or moved: boxes are asked for everything it lacks")
	}
	s.mu.Lock()
	s.seen = now
	s.mu.Unlock()
	s.keep(true)
	return nil
}

// sawAt takes in how far the log is written after a commit.
func (s *Store) sawAt(at string) {
	s.mu.Lock()
	if lsn(at) > lsn(s.seen.At) {
		s.seen.At = at
	}
	s.mu.Unlock()
	s.keep(false)
}

// recall reads what was kept. What cannot be read counts as nothing: then only
// the origin tells that a database was put back.
func (s *Store) recall() error {
	if s.memo == nil {
		return nil
	}
	b, err := s.memo.Load()
	if err != nil {
		return fmt.Errorf("database's last state: %w", err)
	}
	if json.Unmarshal(b, &s.seen) != nil {
		s.seen = seen{}
	}
	return nil
}

// keep writes down what was seen, now and then or at once.
func (s *Store) keep(atOnce bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memo == nil || s.seen.Origin == "" || !atOnce && time.Since(s.saved) < memoPace {
		return
	}
	s.saved = time.Now()
	b, err := json.Marshal(s.seen)
	if err == nil {
		err = s.memo.Save(b)
	}
	if err != nil {
		s.log.Warn("database's last state not kept", "error", err)
	}
}

// lsn reads a pg_lsn, such as 16/B374D848; what is none is 0.
func lsn(text string) uint64 {
	high, low, _ := strings.Cut(text, "/")
	h, err := strconv.ParseUint(high, 16, 32)
	l, err2 := strconv.ParseUint(low, 16, 32)
	if err != nil || err2 != nil {
		return 0
	}
	return h<<32 | l
}
