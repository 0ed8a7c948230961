package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // whatever pictures people have
	_ "image/jpeg"
	_ "image/png"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/cli"
	"checkpoint/scanner/qr"
)

func decodeCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name: "decode", Short: "đọc mã QR trong ảnh / read QR codes in pictures (PNG, JPEG, GIF, PGM): one JSON object a line",
		Examples: []string{"checkpointctl decode --json card.jpg frame.pgm"},
		Flags:    func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "required: the only output there is") },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if !asJSON || len(args) == 0 {
				return cli.Usage("decode: use decode --json FILE…")
			}
			return decodeFiles(io, args)
		},
	}
}

// picture is one line of `decode --json`.
type picture struct {
	File     string   `json:"file"`
	Payloads []string `json:"payloads"` // hexadecimal
	MS       float64  `json:"ms"`       // processor time, milliseconds, without reading the file
	Error    string   `json:"error,omitempty"`
}

// decodeFiles answers for every file: one that is no picture stops nothing.
func decodeFiles(io cli.IO, files []string) error {
	runtime.LockOSThread() // its processor time is what is told
	defer runtime.UnlockOSThread()
	var reader qr.Reader
	out, bad := json.NewEncoder(io.Out), 0
	for _, name := range files {
		line := picture{File: name, Payloads: []string{}}
		m, err := readPicture(name)
		if err != nil {
			line.Error = err.Error()
			bad++
		} else {
			started := threadTime()
			codes := reader.Read(m)
			line.MS = float64((threadTime() - started).Microseconds()) / 1000
			for _, c := range codes {
				line.Payloads = append(line.Payloads, hex.EncodeToString(c.Payload))
			}
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	if bad > 0 {
		return cli.Hint(fmt.Errorf("decode: %d of %d files are no picture", bad, len(files)), "want PNG, JPEG, GIF or binary PGM")
	}
	return nil
}

func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// maxPicture bounds what a picture may unfold to, in pixels.
const maxPicture = 64 << 20

// readPicture is the brightness of a picture in a file.
func readPicture(name string) (qr.Image, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return qr.Image{}, err
	}
	if bytes.HasPrefix(b, []byte("P5")) {
		return readPGM(b)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return qr.Image{}, err
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPicture/c.Height {
		return qr.Image{}, fmt.Errorf("%d × %d pixels are too many", c.Width, c.Height)
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return qr.Image{}, err
	}
	return brightness(m), nil
}

// brightness takes the Y plane where there is one, and else computes it. What
// is see-through lies on white.
func brightness(m image.Image) qr.Image {
	b := m.Bounds()
	switch m := m.(type) {
	case *image.YCbCr:
		return qr.Image{Pix: m.Y, Width: b.Dx(), Height: b.Dy(), Stride: m.YStride}
	case *image.Gray:
		return qr.Image{Pix: m.Pix, Width: b.Dx(), Height: b.Dy(), Stride: m.Stride}
	}
	out := qr.Image{Pix: make([]byte, b.Dx()*b.Dy()), Width: b.Dx(), Height: b.Dy(), Stride: b.Dx()}
	for y := range out.Height {
		for x := range out.Width {
			c := m.At(b.Min.X+x, b.Min.Y+y)
			_, _, _, alpha := c.RGBA()
			out.Pix[y*out.Stride+x] = color.GrayModel.Convert(c).(color.Gray).Y + byte((0xffff-alpha)>>8)
		}
	}
	return out
}

// readPGM reads a binary portable graymap of up to 255 levels (pgm(5)).
func readPGM(b []byte) (qr.Image, error) {
	var m qr.Image
	var most int
	r := bytes.NewReader(b)
	var comment string
	head := make([]int, 0, 3)
	var magic string
	if _, err := fmt.Fscan(r, &magic); err != nil {
		return m, fmt.Errorf("PGM: %w", err)
	}
	for len(head) < 3 {
		if _, err := fmt.Fscan(r, &comment); err != nil {
			return m, fmt.Errorf("PGM: %w", err)
		}
		if comment[0] == '#' {
			for c, err := r.ReadByte(); err == nil && c != '\n'; c, err = r.ReadByte() {
			}
			continue
		}
		var n int
		if _, err := fmt.Sscan(comment, &n); err != nil || n <= 0 {
			return m, fmt.Errorf("PGM: %q is no size", comment)
		}
		head = append(head, n)
	}
	m.Width, m.Height, most = head[0], head[1], head[2]
	if _, err := r.ReadByte(); err != nil || most > 255 || m.Width > maxPicture/m.Height || r.Len() < m.Width*m.Height {
		return m, fmt.Errorf("PGM: want %d × %d bytes, at most 255", m.Width, m.Height)
	}
	m.Stride = m.Width
	m.Pix = b[len(b)-r.Len():][:m.Width*m.Height]
	return m, nil
}
