package wire_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

func sampleBatch() wire.Batch {
	at := time.UnixMilli(1_632_300_000_123).UTC()
	return wire.Batch{
		Province: "ha-noi", Box: "gate-1", Epoch: 0x0102030405060708, Header: []byte("hdr"),
		Records: []journal.Sealed{
			{Seq: 1, Time: at, Trusted: true, Lane: "in", Body: []byte{0xAA, 0xBB}},
			{Seq: 4, Time: at.Add(time.Second), Lane: "out", Body: []byte{0xCC}},
		},
		Gone: []wire.Range{wire.Span(2, 3)},
	}
}

func sampleKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
}

func sampleMark(t testing.TB) wire.Mark {
	m := wire.Mark{
		Province: "ha-noi", Box: "gate-1", Epoch: 5, Seq: 300, Top: 1000, Row: 12,
		Gaps: []wire.Range{wire.Span(301, 400), wire.Span(500, 500)}, Restore: []byte("life-1"),
		Time: time.UnixMilli(1_632_300_000_123).UTC(), Collector: "a",
	}
	if err := m.Sign(sampleKey()); err != nil {
		t.Fatal(err)
	}
	return m
}

// Boxes and collectors of different years meet: these bytes never change.
const (
	goldenBatch = "a80101026668612d6e6f690366676174652d31041b0102030405060708054368647206" + goldenPacked +
		"0781820203" + goldenLanes
	goldenPacked = "5100f68dcbca815f0102aabb02d00f0201cc"
	goldenLanes  = "088262696e636f7574"
	goldenMark   = "ac0101026668612d6e6f690366676174652d3104050519012c061903e8070c08828219012d190190821901f41901f409" +
		"466c6966652d310a1b0000017c0ca9637b0b61610c58406a3bdec536ae20dd15d390e82f37f74cd71ce229877f9abcc6" +
		"ba9e07cba358a286be4887b2e02c366da5fcdbd8f393f4a865f9dba30cb94f57e4ac847d5d060d"
)

func TestGoldenBatch(t *testing.T) {
	got, err := sampleBatch().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != goldenBatch {
		t.Fatalf("batch encodes as\n%x", got)
	}
	back, err := wire.DecodeBatch(got)
	if err != nil || !reflect.DeepEqual(back, sampleBatch()) {
		t.Fatalf("decodes as %+v, %v", back, err)
	}
}

func TestGoldenMark(t *testing.T) {
	m := sampleMark(t)
	got, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != goldenMark {
		t.Fatalf("mark encodes as\n%x", got)
	}
	back, err := wire.DecodeMark(got)
	if err != nil || !reflect.DeepEqual(back, m) {
		t.Fatalf("decodes as %+v, %v", back, err)
	}
}

// Every field of a mark must be under the signature: a record is removed on its word.
func TestMarkSignatureCoversEveryField(t *testing.T) {
	key := sampleKey().Public().(ed25519.PublicKey)
	other := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	good := sampleMark(t)
	if err := good.Verify([]ed25519.PublicKey{other, key}); err != nil {
		t.Fatalf("good mark: %v", err)
	}
	if err := good.Verify([]ed25519.PublicKey{other}); !errors.Is(err, wire.ErrSignature) {
		t.Fatalf("foreign key: %v", err)
	}
	changes := map[string]func(*wire.Mark){
		"Province":  func(m *wire.Mark) { m.Province = "hue" },
		"Box":       func(m *wire.Mark) { m.Box = "gate-2" },
		"Epoch":     func(m *wire.Mark) { m.Epoch++ },
		"Seq":       func(m *wire.Mark) { m.Seq-- },
		"Top":       func(m *wire.Mark) { m.Top++ },
		"Row":       func(m *wire.Mark) { m.Row++ },
		"Gaps":      func(m *wire.Mark) { m.Gaps = m.Gaps[:1] },
		"Restore":   func(m *wire.Mark) { m.Restore = []byte("life-2") },
		"Time":      func(m *wire.Mark) { m.Time = m.Time.Add(time.Millisecond) },
		"Collector": func(m *wire.Mark) { m.Collector = "b" },
		"Signature": func(m *wire.Mark) { m.Signature = make([]byte, ed25519.SignatureSize) },
	}
	for i := range reflect.TypeFor[wire.Mark]().NumField() {
		name := reflect.TypeFor[wire.Mark]().Field(i).Name
		change := changes[name]
		if change == nil {
			t.Fatalf("no case for field %s", name)
		}
		m := sampleMark(t)
		change(&m)
		if err := m.Verify([]ed25519.PublicKey{key}); !errors.Is(err, wire.ErrSignature) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

func TestBatchesThatAreRefused(t *testing.T) {
	cases := map[string]func(*wire.Batch){
		"order of records": func(b *wire.Batch) { b.Records[0].Seq = 5 },
		"sequence zero":    func(b *wire.Batch) { b.Records[0].Seq = 0 },
		"empty body":       func(b *wire.Batch) { b.Records[0].Body = nil },
		"epoch zero":       func(b *wire.Batch) { b.Epoch = 0 },
		"no header":        func(b *wire.Batch) { b.Header = nil },
		"reserved box":     func(b *wire.Batch) { b.Box = "collectors" },
		"wildcard box":     func(b *wire.Batch) { b.Box = "+" },
		"gone backwards":   func(b *wire.Batch) { b.Gone = []wire.Range{wire.Span(3, 2)} },
		"gone overlapping": func(b *wire.Batch) { b.Gone = []wire.Range{wire.Span(2, 3), wire.Span(3, 4)} },
		"gone from zero":   func(b *wire.Batch) { b.Gone = []wire.Range{wire.Span(0, 4)} },
		"gone without end": func(b *wire.Batch) { b.Gone = []wire.Range{wire.Span(1, 1<<63)} },
		"too many records": func(b *wire.Batch) {
			for i := range uint64(wire.MaxRecords) {
				b.Records = append(b.Records, journal.Sealed{Seq: 10 + i, Body: []byte{1}})
			}
		},
		"too large": func(b *wire.Batch) { b.Records[1].Body = make([]byte, wire.MaxMessage) },
	}
	for name, spoil := range cases {
		b := sampleBatch()
		spoil(&b)
		if _, err := b.Encode(); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
}

func TestOnlyOneEncodingIsRead(t *testing.T) {
	good, _ := hex.DecodeString(goldenBatch)
	for name, bad := range map[string][]byte{
		"nothing":          nil,
		"trailing byte":    append(bytes.Clone(good), 0),
		"long key":         append([]byte{0xa8, 0x18, 0x01}, good[2:]...),
		"newer version":    append([]byte{0xa8, 0x01, 0x02}, good[3:]...),
		"cut":              good[:len(good)-1],
		"indefinite map":   append(append([]byte{0xbf}, good[1:]...), 0xff),
		"tagged":           append([]byte{0xc1}, good...),
		"unknown key":      append(append([]byte{0xa9}, good[1:]...), 0x09, 0x01),
		"key twice":        append(append([]byte{0xa9}, good[1:]...), 0x01, 0x01),
		"array of 2^32":    {0xa1, 0x08, 0x9a, 0xff, 0xff, 0xff, 0xff},
		"string of 2^63":   {0xa1, 0x05, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"over the maximum": make([]byte, wire.MaxMessage+1),
	} {
		if _, err := wire.DecodeBatch(bad); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
}

// One packing only, and none that reaches outside.
func TestOnlyOnePackingIsRead(t *testing.T) {
	for name, change := range map[string][2]string{ // packed records, lanes
		"a number longer than it must be": {"528000f68dcbca815f0102aabb02d00f0201cc", goldenLanes},
		"a lane nobody uses":              {goldenPacked, "088362696e636f75746178"},
		"lanes in another order":          {"5100f68dcbca815f0302aabb02d00f0001cc", "0882636f757462696e"},
		"a lane twice":                    {goldenPacked, "088262696e62696e"},
		"a lane that is not there":        {"5100f68dcbca815f0102aabb02d00f0401cc", goldenLanes},
		"a body beyond the end":           {"5100f68dcbca815f0102aabb02d00f0202cc", goldenLanes},
		"a body of 2^63":                  {"5100f68dcbca815f01ffffffffffffffffff", goldenLanes},
		"cut":                             {"5000f68dcbca815f0102aabb02d00f0201", goldenLanes},
		"sequences round the end":         {"590100f68dcbca815f0102aabbffffffffffffffffff010002", goldenLanes},
	} {
		bad, err := hex.DecodeString(strings.NewReplacer(goldenPacked, change[0], goldenLanes, change[1]).Replace(goldenBatch))
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err := wire.DecodeBatch(bad); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
}

// What a batch costs beside the sealed bodies is paid for by the month.
func TestPackedRecordsCostFewBytes(t *testing.T) {
	b := sampleBatch()
	b.Header, b.Gone, b.Records = make([]byte, 220), nil, nil
	const records, body = 100, 150
	for i := range uint64(records) {
		b.Records = append(b.Records, journal.Sealed{
			Seq: 4000 + i, Time: time.UnixMilli(1_632_300_000_123 + 2900*int64(i)), Trusted: true, Lane: "1", Body: make([]byte, body),
		})
	}
	out, err := b.Encode()
	if over := float64(len(out)-records*body) / records; err != nil || over > 10 {
		t.Errorf("%.1f bytes a record beside the body, %v", over, err)
	}
}

func TestFitFillsAMessageAndNoMore(t *testing.T) {
	for _, size := range []int{1, 300, 4000, 60_000} {
		b := sampleBatch()
		b.Records, b.Gone = nil, nil
		for i := range uint64(500) {
			b.Records = append(b.Records, journal.Sealed{
				Seq: 1<<61 + i, Time: time.UnixMilli(1 << 41), Lane: strings.Repeat("l", 64), Body: make([]byte, size),
			})
		}
		n := wire.Fit(b.Records)
		b.Records = b.Records[:n]
		if _, err := b.Encode(); err != nil || n == 0 {
			t.Errorf("%d records of %d bytes: %v", n, size, err)
		}
		if used := n * (size + 96); n < wire.MaxRecords && used+size+96 < wire.MaxMessage-16<<10 {
			t.Errorf("only %d records of %d bytes", n, size)
		}
	}
	if n := wire.Fit([]journal.Sealed{{Seq: 1, Body: make([]byte, wire.MaxMessage)}}); n != 0 {
		t.Errorf("a record larger than a message fits %d times", n)
	}
}

func TestTopics(t *testing.T) {
	topics, err := wire.NewTopics("ha-noi", "gate-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := topics.Records(); got != "checkpoint/v1/ha-noi/gate-1/records" {
		t.Errorf("records topic %q", got)
	}
	if box, err := wire.BoxOf(topics.Records(), "ha-noi", "records"); err != nil || box != "gate-1" {
		t.Errorf("box of the records topic: %q, %v", box, err)
	}
	if id, err := wire.CollectorOf(wire.Collector("ha-noi", "a"), "ha-noi"); err != nil || id != "a" {
		t.Errorf("collector of its topic: %q, %v", id, err)
	}
	for _, id := range []string{"", "+", "#", "a/b", "A", "gate_1", "cổng", strings.Repeat("a", 33), "collectors", "snapshot"} {
		if _, err := wire.NewTopics("ha-noi", id); err == nil {
			t.Errorf("box %q accepted", id)
		}
	}
	// A collector named "records" must not look like a box that sends records.
	if box, err := wire.BoxOf(wire.Collector("ha-noi", "records"), "ha-noi", "records"); err == nil {
		t.Errorf("presence topic taken for records of box %q", box)
	}
}

func TestInfoSurvivesANewerBox(t *testing.T) {
	i := wire.Info{Software: "1.2.3", Lanes: []string{"in", "out"}, Snapshot: 42}
	b, err := i.Encode()
	if err != nil || string(b) != `{"software":"1.2.3","lanes":["in","out"],"snapshot":42}` {
		t.Fatalf("info is %s, %v", b, err)
	}
	got, err := wire.DecodeInfo([]byte(`{"software":"1.2.3","lanes":["in","out"],"snapshot":42,"later":true}`))
	if err != nil || !reflect.DeepEqual(got, i) {
		t.Fatalf("read %+v, %v", got, err)
	}
}

// A diagnosis opens as the answer to the command that asked for it, and to no
// other.
func TestDiagnosisAnswersOneCommand(t *testing.T) {
	key, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	c := wire.Command{Province: "ha-noi", Box: "gate-1", Number: 7}
	sealed, err := wire.SealDiagnosis(key.PublicKey(), c, []byte("well"))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := wire.OpenDiagnosis(key, c, sealed); err != nil || string(text) != "well" {
		t.Errorf("%q, %v", text, err)
	}
	c.Number = 8
	if _, err := wire.OpenDiagnosis(key, c, sealed); err == nil {
		t.Error("it answers another command")
	}
	if _, err := wire.SealDiagnosis(key.PublicKey(), c, make([]byte, wire.MaxDiagnosis+1)); err == nil {
		t.Error("it has no bound")
	}
}
