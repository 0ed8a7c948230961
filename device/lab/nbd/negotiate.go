package nbd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Numbers of the protocol, all big-endian on the wire.
const (
	magic       = 0x4e42444d41474943 // "NBDMAGIC"
	magicOption = 0x49484156454f5054 // "IHAVEOPT"
	magicAnswer = 0x0003e889045565a9

	flagFixedNewstyle, flagNoZeroes = 1 << 0, 1 << 1 // of the server, and of the client

	optExportName, optAbort, optList, optInfo, optGo = 1, 2, 3, 6, 7

	repAck, repServer, repInfo                = 1, 2, 3
	repErrUnsup, repErrInvalid, repErrUnknown = 1<<31 + 1, 1<<31 + 3, 1<<31 + 6

	infoExport = 0

	// What this export can do: there are flags, flush, and write with FUA.
	exportFlags = 1<<0 | 1<<2 | 1<<3
)

// maxOption is more than any option needs: a name is at most 4,096 bytes long.
const maxOption = 64 << 10

// errEnded is how a client that says good-bye ends.
var errEnded = errors.New("the client has ended")

var order = binary.BigEndian

// negotiate leads a client from the first byte to where it may send commands.
func (d *Disk) negotiate(c io.ReadWriter) error {
	hello := order.AppendUint64(nil, magic)
	hello = order.AppendUint64(hello, magicOption)
	hello = order.AppendUint16(hello, flagFixedNewstyle|flagNoZeroes)
	if _, err := c.Write(hello); err != nil {
		return err
	}
	var flags uint32
	if err := binary.Read(c, order, &flags); err != nil {
		return err
	}
	if flags&flagFixedNewstyle == 0 || flags&^(flagFixedNewstyle|flagNoZeroes) != 0 {
		return fmt.Errorf("client flags %#x", flags)
	}
	for {
		option, data, err := readOption(c)
		if err != nil {
			return err
		}
		if option == optExportName { // the old way in, which has no answer but this
			if len(data) > 0 {
				return fmt.Errorf("no export %q", data)
			}
			answer := order.AppendUint16(order.AppendUint64(nil, uint64(d.size)), exportFlags)
			if flags&flagNoZeroes == 0 {
				answer = append(answer, make([]byte, 124)...)
			}
			_, err := c.Write(answer)
			return err
		}
		if done, err := d.answer(c, option, data); done || err != nil {
			return err
		}
	}
}

// readOption reads one of what a client wants settled before it sends commands.
func readOption(c io.Reader) (option uint32, data []byte, err error) {
	var head struct {
		Magic          uint64
		Option, Length uint32
	}
	if err := binary.Read(c, order, &head); err != nil {
		return 0, nil, err
	}
	if head.Magic != magicOption || head.Length > maxOption {
		return 0, nil, fmt.Errorf("option %+v", head)
	}
	data = make([]byte, head.Length)
	_, err = io.ReadFull(c, data)
	return head.Option, data, err
}

// answer is done when the client may send commands.
func (d *Disk) answer(c io.Writer, option uint32, data []byte) (done bool, err error) {
	say := func(kind uint32, data []byte) {
		b := order.AppendUint64(nil, magicAnswer)
		b = order.AppendUint32(b, option)
		b = order.AppendUint32(b, kind)
		b = order.AppendUint32(b, uint32(len(data)))
		if _, wrong := c.Write(append(b, data...)); err == nil {
			err = wrong
		}
	}
	switch option {
	case optAbort:
		say(repAck, nil)
		return false, errors.Join(err, errEnded)
	case optList:
		say(repServer, make([]byte, 4)) // a name of no letters
		say(repAck, nil)
	case optInfo, optGo:
		// Length of the name, the name, how many informations are wanted, which.
		switch {
		case len(data) < 6 || uint64(order.Uint32(data))+6 > uint64(len(data)):
			say(repErrInvalid, nil)
		case order.Uint32(data) > 0:
			say(repErrUnknown, nil)
		default:
			export := order.AppendUint64(order.AppendUint16(nil, infoExport), uint64(d.size))
			say(repInfo, order.AppendUint16(export, exportFlags))
			say(repAck, nil)
			return option == optGo, err
		}
	default:
		say(repErrUnsup, nil)
	}
	return false, err
}
