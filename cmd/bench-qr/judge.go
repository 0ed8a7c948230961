package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// answer is what a decoder says of one code. A decoder that gives text and not
// the symbol's bytes leaves bytes out, and the other way round.
type answer struct {
	bytes, text []byte // text is UTF-8
	hasText     bool
}

func (a answer) String() string {
	if len(a.bytes) > 0 {
		return hex.EncodeToString(a.bytes)
	}
	return hex.EncodeToString(a.text)
}

// reply is a worker's line about one picture.
type reply struct {
	ms      float64 // processor time of the decoding alone
	answers []answer
}

// parseReply reads a worker's line.
func parseReply(line []byte) (r reply, err error) {
	var wire struct {
		MS      *float64 `json:"ms"`
		Answers []struct {
			Bytes string  `json:"bytes"`
			Text  *string `json:"text"`
		} `json:"answers"`
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&wire); err != nil {
		return r, fmt.Errorf("worker said %.100q: %w", line, err)
	}
	if wire.MS == nil || *wire.MS < 0 {
		return r, fmt.Errorf("worker said %.100q: want ms", line)
	}
	r.ms = *wire.MS
	for _, w := range wire.Answers {
		a := answer{hasText: w.Text != nil}
		if a.bytes, err = hex.DecodeString(w.Bytes); err != nil {
			return r, fmt.Errorf("worker said %.100q: %w", line, err)
		}
		if a.hasText {
			if a.text, err = hex.DecodeString(*w.Text); err != nil {
				return r, fmt.Errorf("worker said %.100q: %w", line, err)
			}
		}
		r.answers = append(r.answers, a)
	}
	return r, nil
}

// judge counts the codes of a picture that were read, and collects answers that
// are no code of it. The same wrong answer twice is one.
func judge(p shot, answers []answer) (read int, wrong []answer) {
	found := make([]bool, len(p.codes))
	for _, a := range answers {
		right := false
		for i, accepted := range p.codes {
			if a.isOneOf(accepted) {
				found[i], right = true, true
			}
		}
		right = right || a.isOneOf(p.beside)
		same := func(b answer) bool { return bytes.Equal(a.bytes, b.bytes) && bytes.Equal(a.text, b.text) }
		if !right && !slices.ContainsFunc(wrong, same) {
			wrong = append(wrong, a)
		}
	}
	for _, f := range found {
		if f {
			read++
		}
	}
	return read, wrong
}

// isOneOf compares bytes, and text where there is any.
func (a answer) isOneOf(accepted [][]byte) bool {
	forms := a.forms()
	return slices.ContainsFunc(accepted, func(want []byte) bool {
		return slices.ContainsFunc(forms, func(form []byte) bool { return bytes.Equal(normal(form), normal(want)) })
	})
}

// forms is all that an answer may mean: its bytes, also as the Shift JIS that a
// decoder may leave to its caller; its text, also as the bytes it had if the
// decoder took them for Latin-1.
func (a answer) forms() (forms [][]byte) {
	if len(a.bytes) > 0 || !a.hasText {
		forms = append(forms, a.bytes)
	}
	if len(a.bytes) > 0 && !utf8.Valid(a.bytes) {
		if text, err := japanese.ShiftJIS.NewDecoder().Bytes(a.bytes); err == nil {
			forms = append(forms, text)
		}
	}
	if a.hasText {
		forms = append(forms, a.text)
		if b, ok := latin1(a.text); ok {
			forms = append(forms, b)
		}
	}
	return forms
}

// normal is a payload without what the lists of the public tests leave open: how
// lines end, and space around everything.
func normal(payload []byte) []byte {
	return bytes.TrimSpace(bytes.ReplaceAll(payload, []byte("\r\n"), []byte("\n")))
}

func latin1(text []byte) (b []byte, ok bool) {
	for _, r := range string(text) {
		if r > 0xff {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, true
}
