package postgres_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"checkpoint/sync/mosquittotest"
)

// tape is a way to the broker that keeps all that passes, both ways.
type tape struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (r *tape) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data.Write(b)
}

func newTape(t *testing.T, to string) (r *tape, url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r = &tape{}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					_, _ = io.Copy(io.MultiWriter(way[1], r), way[0]) // ends with either
					way[0].Close()
					way[1].Close()
				}()
			}
		}
	}()
	return r, "tcp://" + l.Addr().String()
}

// forms are the ways in which a text could stand in a stream.
func forms(text string) map[string][]byte {
	wide := func(big bool) (b []byte) {
		for _, u := range utf16.Encode([]rune(text)) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		return b
	}
	all := map[string][]byte{
		"UTF-8": []byte(text), "hex": []byte(hex.EncodeToString([]byte(text))), "HEX": []byte(strings.ToUpper(hex.EncodeToString([]byte(text)))),
		"UTF-16LE": wide(false), "UTF-16BE": wide(true), "without spaces": []byte(strings.ReplaceAll(text, " ", "")),
	}
	for skip := range min(3, len(text)-6) { // base64 depends on where the text begins
		s := base64.StdEncoding.EncodeToString([]byte(text[skip:]))
		all["base64"+strings.Repeat("+", skip)] = []byte(s[:len(s)/4*4-4])
	}
	return all
}

// Without TLS, as the broker itself sees it: no name, address or number.
func TestNobodyIsReadableAtTheBroker(t *testing.T) {
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	recorded, url := newTape(t, broker.Addr())
	startCollector(t, receiving(url, "a", s))
	b := newBox(t, boxID)
	people := []string{"001090000011", "Nguyễn Văn An", "Hoàng Thị Bé", "12 ngõ 34 phố Hàng Bạc"}
	for i := range 50 {
		r := scanned(time.Now(), 1, i)
		r.Number, r.Name, r.Address = people[0], people[1+i%2], people[3]
		if _, err := b.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	b.connect(url)
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
	recorded.mu.Lock()
	defer recorded.mu.Unlock()
	seen := recorded.data.Bytes()
	if !bytes.Contains(seen, []byte("checkpoint/v1/"+province+"/"+boxID+"/records")) || len(seen) < 50*100 {
		t.Fatalf("%d bytes without a batch: they prove nothing", len(seen))
	}
	for _, text := range people {
		for form, bytesOf := range forms(text) {
			if bytes.Contains(seen, bytesOf) {
				t.Errorf("%q is readable at the broker (%s)", text, form)
			}
		}
	}
}
