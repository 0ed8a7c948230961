package wire

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// Order is what a command has a box do. The list is closed: none of them opens
// a gate, changes a verdict or reads a record, and a box obeys no other.
type Order uint8

// The orders.
const (
	Fetch    Order = 1 // look for a newer snapshot now
	Lamps    Order = 2 // walk the lamps of every lane, when nobody is before it
	Restart  Order = 3 // end the daemon, for systemd to start it again
	Diagnose Order = 4 // send what the box knows of itself, sealed; see [SealDiagnosis]
)

var orderNames = map[Order]string{Fetch: "fetch", Lamps: "lamps", Restart: "restart", Diagnose: "diagnose"}

func (o Order) String() string { return orderNames[o] }

// ParseOrder reads the name of an order.
func ParseOrder(s string) (Order, error) {
	for o, name := range orderNames {
		if name == s {
			return o, nil
		}
	}
	return 0, fmt.Errorf("unknown order %q: want fetch, lamps, restart or diagnose", s)
}

// Orders are all orders that there are.
func Orders() []Order { return []Order{Fetch, Lamps, Restart, Diagnose} }

// Command is the province's order to one box.
type Command struct {
	Province  string
	Box       string
	Number    uint64 // ascending for each box: none is obeyed twice
	Order     Order
	Issued    time.Time // millisecond resolution
	Expires   time.Time
	Signature []byte // Ed25519 (RFC 8032) over everything above
}

// ErrCommandSignature: none of the office's keys signed the command.
var ErrCommandSignature = errors.New("command is not signed by an office of the province")

const (
	maxCommand = 512
	// maxValid bounds how long a command may wait for a box that is away.
	maxValid = 7 * 24 * time.Hour
)

type commandV1 struct {
	Version   uint64 `cbor:"1,keyasint"`
	Province  string `cbor:"2,keyasint"`
	Box       string `cbor:"3,keyasint"`
	Number    uint64 `cbor:"4,keyasint"`
	Order     Order  `cbor:"5,keyasint"`
	Issued    int64  `cbor:"6,keyasint"`
	Expires   int64  `cbor:"7,keyasint"`
	Signature []byte `cbor:"8,keyasint,omitempty"`
}

func (c *Command) wire() commandV1 {
	return commandV1{version, c.Province, c.Box, c.Number, c.Order, c.Issued.UnixMilli(), c.Expires.UnixMilli(), c.Signature}
}

// Sign sets the signature.
func (c *Command) Sign(key ed25519.PrivateKey) error {
	msg, err := c.signed()
	if err != nil {
		return fmt.Errorf("sign command: %w", err)
	}
	c.Signature = ed25519.Sign(key, msg)
	return nil
}

// Verify returns nil when one of the keys signed the command, else
// [ErrCommandSignature].
func (c *Command) Verify(keys []ed25519.PublicKey) error {
	msg, err := c.signed()
	if err != nil {
		return fmt.Errorf("verify command: %w", err)
	}
	for _, k := range keys {
		if len(k) == ed25519.PublicKeySize && ed25519.Verify(k, msg, c.Signature) {
			return nil
		}
	}
	return ErrCommandSignature
}

func (c *Command) signed() ([]byte, error) {
	w := c.wire()
	w.Signature = nil
	b, err := marshal(&w)
	return append([]byte("checkpoint command v1\x00"), b...), err
}

// Encode writes a signed command.
func (c *Command) Encode() ([]byte, error) {
	w := c.wire()
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("encode command: %w", err)
	}
	return marshal(&w)
}

// DecodeCommand reads one command of untrusted bytes. Call [Command.Verify]
// before believing any of it.
func DecodeCommand(in []byte) (Command, error) {
	var w commandV1
	if len(in) > maxCommand {
		return Command{}, fmt.Errorf("decode command: %d bytes, at most %d", len(in), maxCommand)
	}
	if err := unmarshal(in, &w); err != nil {
		return Command{}, fmt.Errorf("decode command: %w", err)
	}
	if err := w.check(); err != nil {
		return Command{}, fmt.Errorf("decode command: %w", err)
	}
	return Command{
		w.Province, w.Box, w.Number, w.Order, time.UnixMilli(w.Issued).UTC(), time.UnixMilli(w.Expires).UTC(), w.Signature,
	}, nil
}

func (w *commandV1) check() error {
	if err := checkNames(w.Version, w.Province, w.Box, 1); err != nil {
		return err
	}
	if _, known := orderNames[w.Order]; !known {
		return fmt.Errorf("order %d is none that a box obeys", w.Order)
	}
	if w.Number == 0 || w.Number > MaxSeq || len(w.Signature) != ed25519.SignatureSize {
		return fmt.Errorf("number %d, signature of %d bytes", w.Number, len(w.Signature))
	}
	if w.Expires <= w.Issued || w.Expires-w.Issued > maxValid.Milliseconds() {
		return fmt.Errorf("valid for %d ms, at most %d", w.Expires-w.Issued, maxValid.Milliseconds())
	}
	return nil
}
