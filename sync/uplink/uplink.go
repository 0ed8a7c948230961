package uplink

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// Options of an uplink. The first group is needed.
type Options struct {
	Broker     string // tcp://host:port, or ssl://host:port with TLS
	Province   string
	Box        string // also the MQTT client id
	Collectors []ed25519.PublicKey
	Outbox     Outbox
	Tokens     TokenStore

	Photos   Photos       // of paper forms; nil: the box takes none
	TLS      *tls.Config  // with the box's certificate
	Info     wire.Info    // told to the province, retained
	Log      *slog.Logger // default: nothing is logged
	OnChange func(Status) // called after each change; must not block
	// OnAnnounced gets the number of a snapshot that somebody announces, true or
	// not; must not block. Nil: nobody asks.
	OnAnnounced func(number uint64)
	// OnCommand gets what claims to be a command to this box, true or not;
	// retained says that the broker kept it. Must not block. Nil: nobody listens.
	OnCommand func(message []byte, retained bool)

	BatchRecords int           // default 100, at most wire.MaxRecords
	BatchDelay   time.Duration // default 1 s
	Window       int           // batches unacknowledged by the broker; default 4
	ResendAfter  time.Duration // a mark stands still this long: ask, send what lacks; default 30 s
	MinBackoff   time.Duration // default 1 s
	MaxBackoff   time.Duration // default 60 s
	KeepAlive    time.Duration // a link that is silent for this long and a half is dead; whole seconds, default 30 s
	BytesASecond int64         // of records, at most, in the mean; 0: no limit
}

// aheadBatches times the batch is how far a box may run beyond its marks: two
// windows keep a 100 ms link busy at 8,000 records a second.
const aheadBatches = 8

// gapHold is a little less than the collectors' pace of repeating a gap.
const gapHold = 4 * time.Second

// Uplink is the box's side of the wire.
type Uplink struct {
	Options
	topics wire.Topics
	memo   memo
	parcel parcel // of the one connection that there is

	mu        sync.Mutex
	status    Status
	health    *wire.Health // nil: not told yet
	run, told uint64       // which word of which run the health is
	newInfo   chan struct{}
	newHealth chan struct{}
	renewed   chan struct{}
	diagnoses chan []byte // sealed; the newest one that was not sent yet
}

// New checks the options.
func New(o Options) (*Uplink, error) {
	topics, err := wire.NewTopics(o.Province, o.Box)
	if err != nil {
		return nil, fmt.Errorf("uplink: %w", err)
	}
	if len(o.Collectors) == 0 {
		return nil, errors.New("uplink: no collector's key, so that no mark could ever be believed")
	}
	if o.Broker == "" || o.Outbox == nil || o.Tokens == nil {
		return nil, errors.New("uplink: broker, outbox and token store are needed")
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.BatchRecords = min(cmp.Or(o.BatchRecords, 100), wire.MaxRecords)
	o.BatchDelay = cmp.Or(o.BatchDelay, time.Second)
	o.Window = cmp.Or(o.Window, 4)
	o.ResendAfter = cmp.Or(o.ResendAfter, 30*time.Second)
	o.MinBackoff = cmp.Or(o.MinBackoff, time.Second)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, time.Minute)
	run := mathrand.Uint64() | 1 // 0 is of boxes that do not say; it need not be secret
	return &Uplink{Options: o, topics: topics, run: run, newInfo: make(chan struct{}, 1), newHealth: make(chan struct{}, 1), renewed: make(chan struct{}, 1), diagnoses: make(chan []byte, 1)}, nil
}

// Run keeps the link up until ctx ends, then says goodbye and returns nil. It
// returns an error only when the journal was closed under it. Call it once.
func (u *Uplink) Run(ctx context.Context) error {
	u.recallToken()
	wait := link.Backoff{Min: u.MinBackoff, Max: u.MaxBackoff}
	for {
		start := time.Now()
		err := u.connection(ctx)
		u.change(func(s *Status) {
			if s.Connected {
				s.Since = time.Now()
			}
			s.Connected, s.CollectorPresent = false, false
		})
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, journal.ErrClosed) {
			return fmt.Errorf("uplink: %w", err)
		}
		u.Log.Warn("uplink down", "error", err)
		wait.Wait(ctx, time.Since(start))
	}
}

// Status returns the state of the link.
func (u *Uplink) Status() Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.status
}

// SetInfo tells the province what changed on the box: now, or at the next
// connection.
func (u *Uplink) SetInfo(i wire.Info) {
	u.mu.Lock()
	u.Info = i
	u.mu.Unlock()
	notice(u.newInfo)
}

// SetHealth tells the province how the box fares with its snapshot: now, and at
// each connection.
func (u *Uplink) SetHealth(h wire.Health) {
	u.mu.Lock()
	u.told++
	h.Stamp(u.run, u.told)
	u.health = &h
	u.mu.Unlock()
	notice(u.newHealth)
}

// Diagnosis sends what the box was ordered to tell of itself, sealed. While one
// waits to be sent, another is dropped.
func (u *Uplink) Diagnosis(sealed []byte) {
	select {
	case u.diagnoses <- sealed:
	default:
	}
}

// Reconnect has the uplink connect anew, with what Options.TLS then says: the
// box has a new certificate.
func (u *Uplink) Reconnect() { notice(u.renewed) }

func notice(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // one notice is enough: what is newest is read when it is handled
	}
}

func (u *Uplink) change(f func(*Status)) {
	u.mu.Lock()
	f(&u.status)
	s := u.status
	u.mu.Unlock()
	if u.OnChange != nil {
		u.OnChange(s)
	}
}

func (u *Uplink) limits() limits {
	return limits{
		batch: uint64(u.BatchRecords), ahead: uint64(u.BatchRecords) * aheadBatches, window: u.Window,
		delay: u.BatchDelay, patient: u.ResendAfter, hold: min(gapHold, u.ResendAfter),
	}
}
