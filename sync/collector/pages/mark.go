package pages

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"checkpoint/sync/collector/view"
)

// pageLines is how many lines of a list stand on a page.
const pageLines = 50

// written is a line's mark as pages and addresses carry it; the zero mark is "".
func written(m view.Mark) string {
	if m == (view.Mark{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%s", m.At.UnixMicro(), m.Epoch, m.Seq, m.Box) // the database keeps microseconds
}

// parseMark reads what written wrote.
func parseMark(text string) (m view.Mark, err error) {
	if text == "" {
		return m, nil
	}
	parts := strings.SplitN(text, ".", 4)
	if len(parts) < 4 {
		return m, badMark
	}
	at, err1 := strconv.ParseInt(parts[0], 10, 64)
	epoch, err2 := strconv.ParseInt(parts[1], 10, 64)
	seq, err3 := strconv.ParseInt(parts[2], 10, 64)
	if errors.Join(err1, err2, err3) != nil {
		return m, badMark
	}
	return view.Mark{At: time.UnixMicro(at).UTC(), Epoch: epoch, Seq: seq, Box: parts[3]}, nil
}

var badMark = badInput("Không có dòng này.", "There is no such line.")

// pager leads from one page of a list to the next.
type pager struct {
	First, Next string // addresses; empty: there is none
}

// paged is a page of a list that was asked for with one line more than it has.
func paged[T any](r *request, all []T, mark func(T) view.Mark) ([]T, pager) {
	var p pager
	if r.Query("after") != "" {
		p.First = r.with(r.Page.Path, "after", "")
	}
	if len(all) > pageLines {
		all = all[:pageLines]
		p.Next = r.with(r.Page.Path, "after", written(mark(all[pageLines-1])))
	}
	return all, p
}
