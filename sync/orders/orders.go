// Package orders is the box's judgement of commands that come down: which of
// them it obeys.
//
// It promises: only what an office of the province signed for this box is
// obeyed, before it expires, and never twice, also not after a power cut: the
// number is on disk before the order is carried out. What is refused is counted
// and said, and has no other effect.
package orders

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"checkpoint/sync/wire"
)

// Refusal says why a command was not obeyed.
type Refusal string

// The refusals.
const (
	NotACommand   Refusal = "not a command"
	NotForThisBox Refusal = "for another box"
	NotSigned     Refusal = "not signed by the office"
	Replayed      Refusal = "obeyed before, or older than one that was"
	Expired       Refusal = "expired"
	NotKept       Refusal = "its number could not be kept"
)

// Store keeps the number of the newest command over restarts. durable.Bytes is
// one.
type Store interface {
	Load() ([]byte, error) // nil, nil: none yet
	Save(number []byte) error
}

// Inbox judges the commands of one box. Its fields are set before the first
// use; all are needed.
type Inbox struct {
	Province, Box string
	Office        []ed25519.PublicKey
	Numbers       Store
	Now           func() time.Time // never before the newest signed time
	Log           *slog.Logger

	mu     sync.Mutex
	known  bool // newest was read
	newest uint64
	status Status
}

// Status is what the box says about commands.
type Status struct {
	Newest      uint64  // number of the newest one obeyed, ever; 0: none
	Refused     uint64  // since the start
	LastRefusal Refusal // why the last of them was
}

// Status returns it.
func (i *Inbox) Status() Status {
	i.mu.Lock()
	defer i.mu.Unlock()
	_ = i.recall() // what cannot be read shows as none; Take refuses
	s := i.status
	s.Newest = i.newest
	return s
}

// Take judges a message. ok says that the order is to be carried out now.
// retained tells an old word kept by the broker: to hear it again is no attack.
func (i *Inbox) Take(message []byte, retained bool) (c wire.Command, ok bool) {
	if len(message) == 0 {
		return c, false // the office cleared the topic
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	c, why := i.judge(message)
	if why == Replayed && (retained || c.Number == i.newest) {
		return c, false // the broker repeats itself
	}
	if why != "" {
		i.status.Refused++
		i.status.LastRefusal = why
		i.Log.Warn("command refused", "reason", string(why), "number", c.Number)
		return c, false
	}
	i.Log.Info("command taken", "order", c.Order.String(), "number", c.Number)
	return c, true
}

func (i *Inbox) judge(message []byte) (wire.Command, Refusal) {
	c, err := wire.DecodeCommand(message)
	switch {
	case err != nil:
		return c, NotACommand
	case c.Province != i.Province || c.Box != i.Box:
		return wire.Command{}, NotForThisBox
	case c.Verify(i.Office) != nil:
		return wire.Command{}, NotSigned
	}
	if err := i.recall(); err != nil {
		i.Log.Error("number of the newest command not read", "error", err)
		return c, NotKept
	}
	switch {
	case c.Number <= i.newest:
		return c, Replayed
	case i.Now().After(c.Expires):
		return c, Expired
	}
	if err := i.Numbers.Save(strconv.AppendUint(nil, c.Number, 10)); err != nil {
		i.Log.Error("number of a command not kept", "error", err)
		return c, NotKept
	}
	i.newest = c.Number
	return c, ""
}

func (i *Inbox) recall() error {
	if i.known {
		return nil
	}
	text, err := i.Numbers.Load()
	if err == nil && text != nil {
		i.newest, err = strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	}
	if err != nil {
		return fmt.Errorf("read command number: %w", err)
	}
	i.known = true
	return nil
}
