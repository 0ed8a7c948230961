package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"checkpoint/cmd/internal/rig"
	"checkpoint/console/control"
)

// mostPages is what the page's server may need for all its clients.
const mostPages = 8 << 20

// turns is how many scans are measured with the pages open, then without, and
// so on: what else the machine does falls on both.
const turns = 25

// beside is the lamp's time with many tablets looking on and with none, of the
// same daemon in the same minutes, and what they cost in memory.
func (b *bench) beside(ctx context.Context, p *province) (err error) {
	at := rig.PressureNow()
	d, _, err := b.withPage(ctx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.End()) }()
	tablet, address, err := paired(ctx, d)
	if err != nil {
		return err
	}
	c := p.cards()
	none, many := rig.Latencies{}, rig.Latencies{}
	var before, open rig.Values[int64]
	for len(many.Lamp) < b.pageScans {
		if err := rounds(ctx, d, c, &none); err != nil {
			return err
		}
		if err := memory(d, &before); err != nil {
			return err
		}
		shut, err := openPages(ctx, tablet, address, b.pages)
		if err == nil {
			err = errors.Join(rounds(ctx, d, c, &many), memory(d, &open))
		}
		shut()
		if err != nil {
			return err
		}
	}
	notes := fmt.Sprintf("%d scans, %d with and %d without in turn; %s", len(many.Lamp), turns, turns, at)
	b.table.add(within("last serial byte → lamp with no page open", none.Lamp, 0, notes))
	b.table.add(within(fmt.Sprintf("last serial byte → lamp with %d tablets' pages open over TLS", b.pages), many.Lamp, 0, notes))
	more := open.Quantile(0.5) - before.Quantile(0.5)
	b.table.add(row{
		what: fmt.Sprintf("memory of the page's server for %d tablets", b.pages), target: "≤ " + mib(mostPages), met: more <= mostPages, p50: mib(more),
		notes: fmt.Sprintf("RssAnon of the daemon beyond that with none open, which is %s; after every %d scans", mib(before.Quantile(0.5)), turns),
	})
	return nil
}

func rounds(ctx context.Context, d *rig.Daemon, c *rig.Cards, l *rig.Latencies) error {
	for range turns {
		if err := d.Round(ctx, c, l); err != nil {
			return err
		}
	}
	return nil
}

func memory(d *rig.Daemon, into *rig.Values[int64]) error {
	var m rig.Memory
	err := m.See(d.PID())
	*into = append(*into, m.Anon)
	return err
}

// paired is a tablet that was let in.
func paired(ctx context.Context, d *rig.Daemon) (*http.Client, string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, "", err
	}
	tablet := &http.Client{Jar: jar, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the box's own certificate, on this machine
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var offer control.Devices
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if offer, err = d.BeginPairing(ctx); err == nil {
			break
		} else if time.Now().After(deadline) {
			return nil, "", err
		}
	}
	form := url.Values{"code": {offer.Offer.Code}, "name": {"Bàn đo"}}
	answer, err := tablet.Post(offer.URL+"/pair", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	answer.Body.Close()
	asks, err := d.Devices(ctx)
	if err != nil {
		return nil, "", err
	}
	if asks.Offer == nil || asks.Offer.Asks == nil {
		return nil, "", fmt.Errorf("pair: the page answered %s", answer.Status)
	}
	return tablet, offer.URL, d.ConfirmDevice(ctx, control.Confirm{ID: asks.Offer.Asks.ID, In: true})
}

// openPages opens streams, each a connection of its own, and waits until all
// have been drawn once. shut ends them.
func openPages(ctx context.Context, tablet *http.Client, address string, pages int) (shut func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var streams sync.WaitGroup
	shut = func() { cancel(); streams.Wait() }
	for range pages {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/events", nil)
		if err != nil {
			return shut, err
		}
		answer, err := tablet.Do(r)
		if err != nil {
			return shut, err
		}
		if answer.StatusCode != http.StatusOK {
			return shut, fmt.Errorf("open a page: %s", answer.Status)
		}
		if _, err := answer.Body.Read(make([]byte, 1)); err != nil {
			return shut, err
		}
		streams.Go(func() {
			defer answer.Body.Close()
			_, _ = io.Copy(io.Discard, answer.Body) // ends with ctx
		})
	}
	return shut, nil
}
