package credential

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func run(t *testing.T, input string) []string {
	t.Helper()
	var out strings.Builder
	if err := RunJSON(strings.NewReader(input), &out, today); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// Each line is answered in its place, so that a caller can pair them.
func TestEveryLineIsAnswered(t *testing.T) {
	input := strings.Join([]string{
		`"001090000011"`, `not json`, ``, `{"a":1}`, `17`, `["one"]`, `["a","b","c"]`, `"open`, `"a" "b"`, `null`, ` "012345678" `,
	}, "\n")
	out := run(t, input)
	if len(out) != 11 {
		t.Fatalf("%d answers to 11 lines: %q", len(out), out)
	}
	for i, line := range out[1:10] {
		if line != `{"error":"NOT_JSON"}` {
			t.Errorf("line %d: %s", i+2, line)
		}
	}
	for _, i := range []int{0, 10} {
		if !strings.Contains(out[i], `"format":"id-only"`) {
			t.Errorf("line %d: %s", i+1, out[i])
		}
	}
}

func TestLongLines(t *testing.T) {
	long := `"` + strings.Repeat("A", maxLine-3) + `"` // with its line end, exactly the bound
	out := run(t, `"`+strings.Repeat("A", 10<<10)+"\"\n"+long+"\n"+long[:5]+long+"\n\"012345678\"")
	if len(out) != 4 {
		t.Fatalf("%d answers to 4 lines", len(out))
	}
	for i, want := range []string{`"error":"TOO_LONG"`, `"error":"TOO_LONG"`, `"error":"LINE_TOO_LONG"`, `"id_number":"012345678"`} {
		if !strings.Contains(out[i], want) {
			t.Errorf("line %d: %.80s, want %s", i+1, out[i], want)
		}
	}
}

// An interactive caller gets its answer before it writes the next line.
func TestAnswersAtOnce(t *testing.T) {
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- RunJSON(inReader, outWriter, today) }()
	for range 2 {
		if _, err := io.WriteString(inWriter, "\"012345678\"\n"); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		if n, err := outReader.Read(buf); err != nil || buf[n-1] != '\n' {
			t.Fatalf("answer %q, %v", buf[:n], err)
		}
	}
	inWriter.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestReadAndWriteErrorsAreReported(t *testing.T) {
	broken := errors.New("unplugged")
	if err := RunJSON(iotest.ErrReader(broken), io.Discard, today); !errors.Is(err, broken) {
		t.Errorf("read: %v", err)
	}
	reader, writer := io.Pipe()
	reader.CloseWithError(broken)
	if err := RunJSON(strings.NewReader("\"a\"\n"), writer, today); !errors.Is(err, broken) {
		t.Errorf("write: %v", err)
	}
}
