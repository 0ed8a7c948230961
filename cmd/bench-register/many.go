package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"checkpoint/store/build/sample"
	"checkpoint/store/scratch"
)

// maxSample is how many people a sample can have: its serials must look
// invented. Beyond, people are numbers in a row, with a card and nothing else.
const maxSample = 16_000_000

func (o *options) beyondSample() bool { return o.inARow || o.people > maxSample }

// diskFor is how many bytes of disk are needed at the most, and a tenth more.
func (o *options) diskFor() int64 {
	if o.beyondSample() {
		return int64(o.people) * bytesInARow * 11 / 10
	}
	return int64(o.people) * bytesOfSample * 11 / 10
}

// Bytes a person that lie on disk at once. In a row: file 52, sorted entries
// 104, layer 88, what the next layer is compared with 75; later the layer's copy
// on the box in place of the entries. A sample with its further documents: 137,
// 184, 144, 165; later the copy and one other store, 144 and 170.
const (
	bytesInARow   = 330
	bytesOfSample = 800
)

// room fails when the disk is too small, before hours of work show it.
func (o *options) room(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return scratch.Room(dir, o.diskFor())
}

// many writes a people file of its own making in place of a sample.
func (p *province) many(people int) error {
	path := p.sheet(sample.PeopleFile)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	fmt.Fprintln(p.log, "a people file of numbers in a row")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	unfinished := path + ".unfinished"
	f, err := os.Create(unfinished)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(writeMany(w, people), w.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}

// writeMany writes invented people: numbers that no office gives out (they
// begin with 999), in an order that is not theirs.
func writeMany(w io.Writer, people int) error {
	if _, err := io.WriteString(w, "number,full_name,birth_date,sex,issue_date\n"); err != nil {
		return err
	}
	families, given := []string{"Nguyễn", "Trần", "Lê", "Phạm"}, []string{"Văn An", "Thị Bình", "Minh Châu", "Đức Dũng", "Thu Hà"}
	var line []byte
	for i := range people {
		n := i * stride % numberSpace
		line = strconv.AppendInt(append(line[:0], "999"...), int64(numberSpace+n), 10)
		line = append(line[:3], line[4:]...) // without the 1 that keeps the zeros
		line = append(append(line, ','), families[i%len(families)]...)
		line = append(append(line, ' '), given[i%len(given)]...)
		line = fmt.Appendf(line, ",%02d%02d%d,Nam,15032022\n", 1+i%28, 1+i%12, 1940+i%80)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// Nine digits behind the 999. A stride without a common divisor meets each once.
const (
	numberSpace = 1_000_000_000
	stride      = 387_420_489 // 3^18
)
