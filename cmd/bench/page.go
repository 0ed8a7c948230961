package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/chromedp/chromedp"

	"checkpoint/cmd/internal/rig"
)

const paintWithin = 60 * time.Millisecond

// painter keeps when each verdict was on the screen: a message sent from an
// animation frame arrives once that frame is painted.
const painter = `(() => {
  window.painted = [];
  new MutationObserver(() => {
    const c = document.querySelector(".card"), turn = +c.dataset.turn, go = c.querySelector(".verdict.go") !== null;
    if (!go || painted.some((p) => p[0] === turn)) return;
    const entry = [turn, 0];
    painted.push(entry);
    requestAnimationFrame(() => {
      const sent = new MessageChannel();
      sent.port1.onmessage = () => { entry[1] = performance.timeOrigin + performance.now(); };
      sent.port2.postMessage(0);
    });
  }).observe(document.body, { childList: true, subtree: true });
  return true;
})()`

// page measures until a real browser has painted the verdict, then what many
// open pages cost the lamp.
func (b *bench) page(ctx context.Context, p *province) error {
	at := rig.PressureNow()
	painted, err := b.painted(ctx, p)
	if err != nil {
		return err
	}
	b.table.add(within("last serial byte → verdict painted on the local page", painted, paintWithin,
		fmt.Sprintf("%d scans, headless Chromium at 800×480, its frames 60 a second; %s", len(painted), at)))
	return b.beside(ctx, p)
}

// withPage starts a daemon that serves its page.
func (b *bench) withPage(ctx context.Context, p *province) (*rig.Daemon, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	address := l.Addr().String()
	l.Close()
	d, err := b.start(ctx, p, 1, setting{page: address})
	return d, "http://" + address, err
}

func (b *bench) painted(ctx context.Context, p *province) (v rig.Values[time.Duration], err error) {
	d, address, err := b.withPage(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.End()) }()
	browser, closeIt, err := rig.Browser(ctx)
	if err != nil {
		return nil, err
	}
	defer closeIt()
	if err := chromedp.Do(browser, chromedp.EmulateViewport(800, 480), chromedp.Navigate(address)); err != nil {
		return nil, err
	}
	if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](painter)); err != nil {
		return nil, err
	}
	c := p.cards()
	for len(v) < b.pageScans {
		took, err := paint(ctx, browser, d, c, len(v))
		if err != nil {
			return nil, fmt.Errorf("after %d scans: %w", len(v), err)
		}
		v = append(v, took)
	}
	return v, nil
}

// paint is one green person; n were painted before.
func paint(ctx, browser context.Context, d *rig.Daemon, c *rig.Cards, n int) (time.Duration, error) {
	s := d.Stations[0]
	payload, err := c.Green()
	if err != nil {
		return 0, err
	}
	if err := s.Load(payload); err != nil {
		return 0, err
	}
	started := time.Now()
	if _, err := s.Fire(); err != nil {
		return 0, err
	}
	if _, err := s.Await(ctx, "relay", true); err != nil {
		return 0, err
	}
	shown, err := chromedp.Run(browser, chromedp.Poll[float64](fmt.Sprintf("painted.length > %d && painted[%d][1]", n, n), chromedp.WithPollingTimeout(10*time.Second)))
	if err != nil {
		return 0, err
	}
	took := time.UnixMicro(int64(shown * 1000)).Sub(started.Round(0)) // both are the machine's wall clock
	return took, s.Darken(ctx, d, c.Province.Payload(rig.Amber))
}
