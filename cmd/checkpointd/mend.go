package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/durable"
	"checkpoint/store/forms"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/sync/uplink"
)

// part is something that the box works without until it can be had.
type part struct {
	name string
	loss string // what it means that it is not there, for the log
	open func() error

	mu    sync.Mutex
	there bool
	err   error
}

// try opens the part if it is not there yet. A cause is logged once, and so is
// its end.
func (p *part) try(log *slog.Logger) {
	p.mu.Lock()
	there, before := p.there, p.err
	p.mu.Unlock()
	if there {
		return
	}
	err := p.open()
	p.mu.Lock()
	p.there, p.err = err == nil, err
	p.mu.Unlock()
	switch {
	case err != nil && (before == nil || before.Error() != err.Error()):
		log.Error(p.loss, "error", err)
	case err == nil && before != nil:
		log.Info(p.name + " there now")
	}
}

// fault is why the part is not there; nil: it is.
func (p *part) fault() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// text is how a fault is shown; none is the empty string.
func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// openParts gets what can be had. Each part needs the one before it.
func (b *box) openParts(io cli.IO, o options) {
	b.keys = part{name: "keys", loss: "keys not usable: the box checks nothing (N05)", open: b.openKeys}
	b.journal = part{name: "journal", loss: "no journal: nothing opens (N20)", open: b.openJournal}
	b.photos = part{name: "store of photos", loss: "no store of photos: paper forms go without", open: b.openAlbum}
	b.link = part{name: "uplink", loss: "no uplink: records wait on the box", open: func() error { return b.openUplink(io, o) }}
	b.fetch = part{name: "updates", loss: "no updates: snapshots have to be loaded by hand", open: b.openUpdates}
	b.mend()
}

// mend tries again what could not be had so far: a disk that was full, keys
// that were not there yet, a certificate that came late.
func (b *box) mend() {
	b.mending.Lock()
	defer b.mending.Unlock()
	for _, p := range []*part{&b.keys, &b.journal, &b.photos, &b.link, &b.fetch} {
		p.try(b.log)
	}
}

func (b *box) openKeys() error {
	if err := snapshots.Settle(b.config.StateDir, b.config.SiteID); err != nil {
		return err
	}
	store, trust, err := snapshots.Store(b.config.StateDir)
	switch {
	case trust.Province == b.config.Province:
		b.trust = trust // enough for records, even where the pepper is missing
	case err == nil:
		err = fmt.Errorf("province keys are of %q, the configuration says %q", trust.Province, b.config.Province)
	}
	if err != nil {
		return err
	}
	b.store = store
	b.openOrders()
	b.holder.Provide(store)
	b.reload(b.holder.Reload)
	return nil
}

func (b *box) openJournal() error {
	if b.trust.Province == "" {
		return errors.New("there are no province keys to seal records to")
	}
	key, err := keys.BoxSigner(b.path(snapshots.BoxKeyFile))
	if err != nil {
		return err
	}
	province, err := keys.RecordsPublic(b.trust)
	if err != nil {
		return err
	}
	j, err := journal.Open(journal.Options{
		Dir: b.path("journal"), Province: b.config.Province, Box: b.config.Box, BoxKey: key, ProvinceKey: province,
		Now: func() time.Time { t, _ := b.clock.Now(); return t }, Log: b.log,
	})
	if err != nil {
		return err
	}
	return b.records.use(j)
}

// openUplink prepares the way up, where a broker is named.
func (b *box) openUplink(io cli.IO, o options) error {
	if b.config.MQTT.Broker == "" {
		return nil
	}
	outbox := b.records.open()
	if outbox == nil {
		return errNoJournal
	}
	certificates, err := b.certificates(b.config.MQTT)
	if err != nil {
		return err
	}
	u, err := uplink.New(uplink.Options{
		Broker: b.config.MQTT.Broker, Province: b.config.Province, Box: b.config.Box, TLS: certificates,
		Collectors: b.collectors(), Outbox: outbox, Photos: &b.album, Tokens: durable.Bytes(b.path("restore-token")),
		Info: b.info(), Log: b.log, OnChange: b.linkChanged(io, o), OnAnnounced: b.announced, OnCommand: b.told,
		BytesASecond: b.config.MQTT.LimitKbps * 1000 / 8,
	})
	if err != nil {
		return err
	}
	b.uplink.Store(u)
	b.ready <- u
	return nil
}

// runUplink runs the uplink from when there is one.
func (b *box) runUplink(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case u := <-b.ready:
		return u.Run(ctx)
	}
}

func (b *box) collectors() (list []ed25519.PublicKey) {
	for _, k := range b.trust.Collectors.Keys {
		list = append(list, ed25519.PublicKey(k.Key))
	}
	return list
}

// records is the journal from when it could be opened. Until then every record
// is refused: without a place to record nothing opens.
type records struct {
	mu      sync.Mutex
	journal *journal.Journal
	closed  bool
	decided tally
	today   *today                                       // nil before the lanes are open
	heard   func(checkpoint.Position, checkpoint.Record) // of what is on disk
	forms   *forms.List
}

var errNoJournal = errors.New("there is no journal to keep records in")

func (r *records) use(j *journal.Journal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errors.Join(journal.ErrClosed, j.Close())
	}
	r.journal = j
	return nil
}

// open is the journal, or nil.
func (r *records) open() *journal.Journal {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.journal
}

// Append implements checkpoint.Journal.
func (r *records) Append(ctx context.Context, record checkpoint.Record) (checkpoint.Position, error) {
	j := r.open()
	if j == nil {
		return checkpoint.Position{}, errNoJournal
	}
	r.count(record)
	p, err := j.Append(ctx, record)
	if err == nil && r.today != nil {
		r.today.add(record)
	}
	if err == nil && r.heard != nil {
		r.heard(p, record)
	}
	if err == nil && r.forms != nil {
		if err := r.forms.Note(record, p); err != nil {
			slog.Error("the rest of a paper form will not be asked for", "error", err)
		}
	}
	return p, err
}

// Stats is the journal's; without one it is empty.
func (r *records) Stats() journal.Stats {
	if j := r.open(); j != nil {
		return j.Stats()
	}
	return journal.Stats{}
}

// Close closes the journal and takes none any more.
func (r *records) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}
