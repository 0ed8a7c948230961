package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
)

// records are n tags, rising, and the stream of them with their bodies.
func records(n int) (tags [][]byte, stream []byte) {
	for i := range n {
		tag := make([]byte, tagSize)
		binary.BigEndian.PutUint32(tag, uint32(i)*37)
		tags = append(tags, tag)
		stream = append(append(stream, tag...), 3)
		stream = append(stream, byte(i), byte(i>>8), 'x')
	}
	return tags, stream
}

func TestWhatWasLoadedIsFound(t *testing.T) {
	const n = 2*perTransaction + 500
	tags, stream := records(n)
	for name, p := range peers {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var said bytes.Buffer
			if err := run([]string{"--store", name, "--dir", dir, "load"}, bytes.NewReader(stream), &said); err != nil {
				t.Fatal(err)
			}
			var l loaded
			if err := json.Unmarshal(said.Bytes(), &l); err != nil || l.Entries != n || l.Bytes < int64(len(stream)) {
				t.Errorf("%+v %v", l, err)
			}
			r, err := p.open(dir)
			if err != nil {
				t.Fatal(err)
			}
			for i, tag := range tags {
				if got, err := r.get(tag); err != nil || !bytes.Equal(got, []byte{byte(i), byte(i >> 8), 'x'}) {
					t.Fatalf("record %d: %x %v", i, got, err)
				}
			}
			if got, err := r.get(bytes.Repeat([]byte{0xee}, tagSize)); len(got) > 0 || err != nil && !errors.Is(err, errMissing) {
				t.Errorf("a stranger: %x %v", got, err)
			}
			if err := r.close(); err != nil {
				t.Fatal(err)
			}
			lookups(t, name, dir, tags)
		})
	}
}

func lookups(t *testing.T, name, dir string, tags [][]byte) {
	question := binary.BigEndian.AppendUint32(nil, 10)
	question = binary.BigEndian.AppendUint32(question, 30)
	question = binary.BigEndian.AppendUint32(question, 60)
	var said bytes.Buffer
	if err := run([]string{"--store", name, "--dir", dir, "look"}, bytes.NewReader(append(question, bytes.Join(tags[:100], nil)...)), &said); err != nil {
		t.Fatal(err)
	}
	var a answered
	if err := json.Unmarshal(said.Bytes(), &a); err != nil || a.First.N != 10 || a.Then.N != 60 || a.Warm.N != 60 || a.Then.P99 < a.Then.P50 || a.Then.P50 <= 0 {
		t.Errorf("%+v %v", a, err)
	}
}

func TestARecordCutShortIsAnError(t *testing.T) {
	_, stream := records(3)
	for name := range peers {
		if err := run([]string{"--store", name, "--dir", t.TempDir(), "load"}, bytes.NewReader(stream[:len(stream)-1]), &bytes.Buffer{}); err == nil {
			t.Errorf("%s took it", name)
		}
	}
}
