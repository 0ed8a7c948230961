package nbd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Numbers of the second phase: requests and simple replies.
const (
	magicRequest = 0x25609513
	magicReply   = 0x67446698

	cmdRead, cmdWrite, cmdDisconnect, cmdFlush = 0, 1, 2, 3

	cmdFlagFUA = 1 << 0

	errnoIO, errnoInvalid, errnoNoSpace = 5, 22, 28
)

// maxData is what a client may read or write at once, by the protocol.
const maxData = 32 << 20

// Serve takes machines, until the listener is closed.
func (d *Disk) Serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		d.mu.Lock()
		d.conns[c] = true
		d.clients.Add(1)
		d.mu.Unlock()
		go d.serve(c)
	}
}

// disconnect ends every machine's connection, and returns when nothing that one
// had sent is still being done.
func (d *Disk) disconnect() {
	d.mu.Lock()
	for c := range d.conns {
		c.Close()
	}
	d.mu.Unlock()
	d.clients.Wait()
}

func (d *Disk) serve(c net.Conn) {
	defer d.clients.Done()
	err := d.negotiate(c)
	for err == nil {
		err = d.command(c)
	}
	if errors.Is(err, errStopped) {
		_, _ = io.Copy(io.Discard, c) // silence, until the machine is dead
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.conns, c)
	c.Close()
}

// request is the head of a command, as it is on the wire.
type request struct {
	Magic       uint32
	Flags, Kind uint16
	Cookie      uint64
	At          uint64
	Length      uint32
}

// command does one command. An error is the end of the connection; a command
// that cannot be done is answered with a number of its own.
func (d *Disk) command(c io.ReadWriter) error {
	var r request
	if err := binary.Read(c, order, &r); err != nil {
		return err
	}
	if r.Magic != magicRequest || r.Kind <= cmdWrite && r.Length > maxData {
		return fmt.Errorf("request %+v", r)
	}
	inside := r.At <= uint64(d.size) && uint64(r.Length) <= uint64(d.size)-r.At
	var data []byte
	var err error
	number := uint32(0)
	switch r.Kind {
	case cmdRead:
		if !inside {
			number = errnoInvalid
			break
		}
		data = make([]byte, r.Length)
		err = d.readAt(data, int64(r.At))
	case cmdWrite:
		written := make([]byte, r.Length)
		if _, err := io.ReadFull(c, written); err != nil {
			return err
		}
		if !inside {
			number = errnoNoSpace
			break
		}
		err = d.writeAt(written, int64(r.At), r.Flags&cmdFlagFUA != 0)
	case cmdFlush:
		err = d.flush()
	case cmdDisconnect:
		return errEnded
	default:
		number = errnoInvalid
	}
	if errors.Is(err, errStopped) {
		return err
	}
	if err != nil {
		number, data = errnoIO, nil
	}
	reply := order.AppendUint32(nil, magicReply)
	reply = order.AppendUint32(reply, number)
	reply = order.AppendUint64(reply, r.Cookie)
	_, err = c.Write(append(reply, data...))
	return err
}
