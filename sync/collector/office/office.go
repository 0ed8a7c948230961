package office

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Options are how an office works. Zero values are the defaults.
type Options struct {
	Dir       string           // of the log's key and end, mode 0700; needed
	TwoPerson []What           // looks that a second person approves first
	Idle      time.Duration    // a session ends when it was not used for so long; default 30 minutes
	Longest   time.Duration    // and in any case after so long; default 12 hours
	Now       func() time.Time // default time.Now
}

// Office is the accounts and the log of one province. It is safe for concurrent
// use; several processes may use the same database and directory.
type Office struct {
	options Options
	pool    *pgxpool.Pool
	log     *chain
	gate    *gate
	writing sync.Mutex    // of this process's lines, so that one connection waits for the lock
	asking  chan struct{} // bounds the connections that log-ins take from those who are logged in
}

// Open prepares an office in the role checkpoint_view; it connects when it is
// first used. [ErrKey] where the directory cannot be used.
func Open(ctx context.Context, url string, o Options) (*Office, error) {
	if o.Idle == 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Longest == 0 {
		o.Longest = 12 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	config.MaxConns = 8
	// A look is on the disk before anybody is shown.
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	log, err := openChain(o.Dir)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Office{options: o, pool: pool, log: log, gate: newGate(o.Now), asking: make(chan struct{}, 2)}, nil
}

// Close lets the database go.
func (o *Office) Close() { o.pool.Close() }

// now is the time as the database keeps it.
func (o *Office) now() time.Time { return o.options.Now().UTC().Truncate(time.Microsecond) }

// originOf is what is held of an address: one machine's with IPv4, one network's
// with IPv6, whose users choose the rest of it. What is no address is taken as it is.
func originOf(from string) string {
	address, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	address = address.Unmap().WithZone("")
	if address.Is6() {
		network, _ := address.Prefix(64) // always valid for 64 of 128 bits
		return network.String()
	}
	return address.String()
}
