package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"time"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/picture"
	"checkpoint/device/camera"
	"checkpoint/scanner/qr"
)

// wireAnswer is a code in a worker's line, in hexadecimal.
type wireAnswer struct {
	Bytes string `json:"bytes,omitempty"`
	Text  string `json:"text,omitempty"`
}

type wireReply struct {
	MS      float64      `json:"ms"`
	Answers []wireAnswer `json:"answers"`
}

// reading is a decoder: it makes a picture its own, which does not count, and
// gives the work that does.
type reading func(qr.Image) (work func() []wireAnswer)

func readings() map[string]func() reading {
	return map[string]func() reading{
		ours:        oursReads,
		gozxings:    func() reading { return gozxingReads },
		mjpegStream: func() reading { return streamReads(camera.MJPEG) },
		yuyvStream:  func() reading { return streamReads(camera.YUYV) },
	}
}

// serve is a worker in Go. Its processor time is the whole process's, so that
// it pays for the garbage it makes, as the others do.
func serve(name string, io cli.IO) error {
	made := readings()[name]
	if made == nil {
		return cli.Usage("bench-qr: --worker %s: there is no such worker", name)
	}
	read, out := made(), json.NewEncoder(io.Out)
	for paths := bufio.NewScanner(io.In); paths.Scan(); {
		m, err := picture.Read(paths.Text())
		if err != nil {
			return fmt.Errorf("%s: %w", paths.Text(), err)
		}
		work := read(m)
		runtime.GC() // what reading the file left is not the decoder's
		started := processTime()
		answers := work()
		if err := out.Encode(wireReply{float64((processTime() - started).Microseconds()) / 1000, answers}); err != nil {
			return err
		}
	}
	return nil
}

func oursReads() reading {
	var r qr.Reader
	return func(m qr.Image) func() []wireAnswer {
		return func() []wireAnswer { return wired(r.Read(m)) }
	}
}

func wired(codes []qr.Code) (answers []wireAnswer) {
	for _, c := range codes {
		answers = append(answers, wireAnswer{Bytes: hex.EncodeToString(c.Payload)})
	}
	return answers
}

// gozxingReads gives the text of one code: its reader finds no more.
func gozxingReads(m qr.Image) func() []wireAnswer {
	return func() []wireAnswer {
		source, err := gozxing.NewPlanarYUVLuminanceSource(m.Pix, m.Stride, m.Height, 0, 0, m.Width, m.Height, false)
		if err != nil {
			return nil
		}
		bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
		if err != nil {
			return nil
		}
		r, err := zxing.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		if err != nil {
			return nil // what it did not find is an error to it
		}
		return []wireAnswer{{Text: hex.EncodeToString([]byte(r.GetText()))}}
	}
}

func processTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
