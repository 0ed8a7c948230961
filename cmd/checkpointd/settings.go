package main

import (
	"context"

	"checkpoint/console/live"
	"checkpoint/console/messages"
	"checkpoint/console/page"
	"checkpoint/store/durable"
)

// openSettings reads what a technician changed; damaged, the box is as nobody
// changed it.
func (b *box) openSettings() {
	var err error
	if b.settings, err = live.Open(durable.Bytes(b.path("settings.json"))); err != nil {
		b.log.Error("settings of the page", "error", err)
	}
}

// applySettings makes gates and screen follow the settings.
func (b *box) applySettings() {
	now := b.settings.Now()
	for _, l := range b.lanes {
		l.gate.Quiet(now.Quiet)
	}
	b.panel.follow(now.Brightness)
}

// language is in which one the page begins.
func (b *box) language() messages.Lang {
	if b.settings.Now().English {
		return messages.English
	}
	return messages.Vietnamese
}

// Live implements page.Desk.
func (d desk) Live() (live.Settings, page.Adjustable) {
	has := page.Adjustable{}
	for _, l := range d.lanes {
		has.Sound = has.Sound || l.gate.HasBuzzer()
	}
	if screen := d.panel.status(); screen != nil && screen.Fault == "" {
		has.Brightness = screen.Percent
	}
	return d.settings.Now(), has
}

// Change implements page.Desk.
func (d desk) Change(ctx context.Context, to live.Settings) error {
	if err := to.Valid(); err != nil {
		return err
	}
	if err := d.lanes[0].SettingsChanged(ctx, to.Text()); err != nil {
		return err
	}
	err := d.settings.Set(to)
	d.applySettings()
	if err != nil {
		d.log.Error("settings of the page", "error", err)
	}
	return err
}
