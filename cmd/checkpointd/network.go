package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"checkpoint/cmd/internal/config"
	"checkpoint/console/access"
	"checkpoint/console/control"
	"checkpoint/console/page"
	"checkpoint/scanner/qr/symbol"
	"checkpoint/store/durable"
)

// openAccess reads who may come in, from the lane's network and by PIN. What
// cannot be read lets nobody in, and does not keep the box from starting.
func (b *box) openAccess() {
	if err := b.pins.Keep(durable.Bytes(b.path(config.PINsFile))); err != nil {
		b.log.Error("issued PINs: none is good", "error", err)
	}
	if b.config.Page.Network == "" {
		return
	}
	var err error
	if b.access, err = access.New(durable.Bytes(b.path(config.DevicesFile))); err != nil {
		b.log.Error("paired devices: they have to be paired again", "error", err)
	}
	b.access.WhenDropped(b.pins.Forget)
}

// network is the page's part for devices, nil for none.
func (b *box) network() *page.Network {
	if b.access == nil {
		return nil
	}
	return &page.Network{Access: b.access, Names: b.config.Page.Reached(), Place: b.place, Draw: symbol.Write}
}

// place is where devices find the page; nowhere until it listens.
func (b *box) place() access.Place {
	if p := b.placed.Load(); p != nil {
		return *p
	}
	return access.Place{}
}

// pageStatus is how the page is on the network; nil: it is for the local screen
// alone.
func (b *box) pageStatus() *control.Page {
	if b.access == nil {
		return nil
	}
	why, _ := b.unplaced.Load().(string)
	return &control.Page{URL: b.place().URL, Fault: why}
}

// listenAgain is how often an address that is not there yet is tried: a box
// starts without waiting for its network.
const listenAgain = 5 * time.Second

func (b *box) serveNetwork(ctx context.Context) error {
	names := b.config.Page.Reached()
	c, err := access.Certificate(durable.Bytes(b.path(config.PageFile)), names)
	if err != nil {
		return err
	}
	l, err := b.listenNetwork(ctx)
	if err != nil {
		return err
	}
	at := l.Addr().(*net.TCPAddr)
	p := access.Place{URL: "https://" + net.JoinHostPort(names[0], strconv.Itoa(at.Port)), Fingerprint: access.Fingerprint(c)}
	b.placed.Store(&p)
	b.unplaced.Store("")
	b.log.Info("page on the network", "address", p.URL, "sha256", p.Fingerprint)
	return b.page.ServeNetwork(ctx, l, c)
}

func (b *box) listenNetwork(ctx context.Context) (net.Listener, error) {
	told := ""
	for {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.config.Page.Network)
		if err == nil {
			return l, nil
		}
		if why := err.Error(); why != told {
			b.log.Error("page on the network: not open yet", "error", fmt.Errorf("page.network: %w", err))
			told = why
			b.unplaced.Store(why)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(listenAgain):
		}
	}
}
