package credential

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"checkpoint/store/fold"
)

// maxLine bounds one line of input of RunJSON, in bytes.
const maxLine = 1 << 20

// Errors of lines that are no payload at all.
const (
	NotJSON     = "NOT_JSON"
	LineTooLong = "LINE_TOO_LONG"
)

type badLine struct {
	Error string `json:"error"`
}

type foldMatch struct {
	Match bool `json:"match"`
}

// RunJSON is checkpointctl parse --json: each line of stdin is a payload written
// as a JSON string, or two names as a JSON array to be compared; each line of
// stdout answers the line of the same number. A line that is neither is answered
// with an error and stops nothing. Errors are those of reading and writing only.
func RunJSON(stdin io.Reader, stdout io.Writer, now time.Time) error {
	return AnswerLines(stdin, stdout, func(line Line) any { return line.parsed(now) })
}

// AnswerLines writes one JSON line for each line read: what answer says to it.
// Errors are those of reading and writing only.
func AnswerLines(stdin io.Reader, stdout io.Writer, answer func(Line) any) error {
	in := bufio.NewReaderSize(stdin, 64<<10)
	out := bufio.NewWriter(stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, tooLong, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return fmt.Errorf("read payloads: %w", err)
		}
		if err := encoder.Encode(answer(Line{bytes.TrimSpace(line), tooLong})); err != nil {
			return fmt.Errorf("write answers: %w", err)
		}
		if in.Buffered() > 0 {
			continue // more is waiting: answer it in the same write
		}
		if err := out.Flush(); err != nil {
			return fmt.Errorf("write answers: %w", err)
		}
	}
}

// Line is one line of input without its end.
type Line struct {
	text    []byte // nil if tooLong
	tooLong bool
}

// Payload is the code that the line holds as a JSON string. fault is NotJSON or
// LineTooLong for a line that holds none.
func (l Line) Payload() (payload []byte, fault string) {
	var s string
	switch {
	case l.tooLong:
		return nil, LineTooLong
	case len(l.text) == 0 || l.text[0] != '"' || json.Unmarshal(l.text, &s) != nil:
		return nil, NotJSON
	}
	return []byte(s), ""
}

// Object reads the line as a JSON object into v. fault is NotJSON or LineTooLong
// for a line that holds none.
func (l Line) Object(v any) (fault string) {
	switch {
	case l.tooLong:
		return LineTooLong
	case len(l.text) == 0 || l.text[0] != '{' || json.Unmarshal(l.text, v) != nil:
		return NotJSON
	}
	return ""
}

func (l Line) parsed(now time.Time) any {
	var pair []string
	if len(l.text) > 0 && l.text[0] == '[' && json.Unmarshal(l.text, &pair) == nil && len(pair) == 2 {
		return foldMatch{fold.Name(pair[0]) == fold.Name(pair[1])}
	}
	payload, fault := l.Payload()
	if fault != "" {
		return badLine{fault}
	}
	p := Read(payload, now)
	return p.answer(now)
}

// readLine reads up to the next line end, which the last line may lack. Of a
// line longer than maxLine it keeps nothing and reads on to its end.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > maxLine; tooLong {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(line) > 0 || tooLong):
			return line, tooLong, nil
		}
		return line, tooLong, err
	}
}
