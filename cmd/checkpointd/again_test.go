package main

import (
	"net"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"checkpoint"
	"checkpoint/console/messages"
)

// A page that lost the daemon is there again by itself when that is back, and
// does not show whom it showed before.
func TestThePageComesBackByItself(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	r := newReadyRig(t, settings{More: "decision_inputs = [\"page\"]\n[page]\nlisten = \"" + at + "\"\n"})
	d := r.start()
	d.awaitReader(true)
	p := open(t, browser(t), "http://"+at, messages.Vietnamese, 800, 480)
	r.scan(r.province.cards["withdrawn"])
	red := p.await("red", func(v shown) bool { return v.Word == messages.Word(checkpoint.Refuse, p.lang) })
	if len(red.Rows) == 0 {
		t.Fatal("a red without a line to compare")
	}
	d.kill()
	p.await("lost", func(v shown) bool { return v.Lost })
	d = r.start()
	d.awaitReader(true)
	p.await("back", func(v shown) bool { return !v.Lost && v.Word == messages.State(checkpoint.StateIdle, p.lang) })
	if text := run(p, chromedp.Evaluate[string](`document.body.innerHTML`)); strings.Contains(text, strings.Split(r.province.cards["withdrawn"], "|")[0]) {
		t.Error("the page still has who stood there before")
	}
	r.scan(r.province.green[0])
	p.await("green", func(v shown) bool { return v.Word == messages.Word(checkpoint.Admit, p.lang) })
}
