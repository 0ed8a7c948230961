package main

import (
	"context"
	"fmt"
	"net"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/page"
	"checkpoint/verify/credential"
)

// openPage makes the guard's page, if one is configured.
func (b *box) openPage() {
	if b.config.Page.Listen == "" {
		return
	}
	c := page.Config{Box: b.config.Box, Site: b.config.Site, PINs: b.pins, Status: b.status, Places: credential.Places(), Forms: b.records.forms.Waiting, Photos: photographer{b}, Network: b.network(), Desk: desk{b}, ShiftEnded: b.endSessions, Lang: b.language}
	for _, l := range b.config.Lanes {
		c.Names = append(c.Names, l.Name)
	}
	b.page = page.New(c)
}

// connectPage lets the page answer for the guard.
func (b *box) connectPage() {
	if b.page == nil || !b.config.ByPage() {
		return
	}
	lanes := map[string]page.Lane{}
	for _, l := range b.lanes {
		lanes[l.config.Name] = l.school
	}
	b.page.Connect(lanes)
}

func (b *box) servePage(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.config.Page.Listen)
	if err != nil {
		return fmt.Errorf("the guard's page: %w: is another program on page.listen?", err)
	}
	b.log.Info("guard's page", "address", "http://"+l.Addr().String())
	return b.page.Serve(ctx, l)
}

// display shows a lane on the control socket, on the page if there is one, and
// on the terminal if asked to.
func (b *box) display(io cli.IO, o options) displays {
	all := displays{b.hub}
	if b.page != nil {
		all = append(all, b.page)
	}
	if o.terminal {
		all = append(all, &terminal{out: io.Out})
	}
	return all
}

// onPage shows a lane on the page alone, if there is one.
func (b *box) onPage() checkpoint.Display {
	if b.page == nil {
		return nil
	}
	return b.page
}

type displays []checkpoint.Display

func (all displays) Show(v checkpoint.View) {
	for _, d := range all {
		d.Show(v)
	}
}
