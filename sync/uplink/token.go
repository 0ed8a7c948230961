package uplink

import (
	"encoding/binary"
	"fmt"
	"time"
)

// memo is the restore token that marks must carry, and the signed time of the
// mark that brought it: a token is new only when signed later, else a broker
// could replay an earlier life of the database and have records removed.
type memo struct {
	token []byte
	since time.Time
}

// recallToken starts without a token when the kept one cannot be read: the
// first mark then lowers all others, which costs questions and loses nothing.
func (u *Uplink) recallToken() {
	b, err := u.Tokens.Load()
	if err != nil || (len(b) > 0 && len(b) <= 8) {
		u.Log.Error("restore token not readable, starting without", "error", err, "bytes", len(b))
		return
	}
	if len(b) > 0 {
		u.memo = memo{since: time.UnixMilli(int64(binary.BigEndian.Uint64(b))), token: b[8:]}
	}
}

func (u *Uplink) keepToken(token []byte, since time.Time) error {
	b := binary.BigEndian.AppendUint64(nil, uint64(since.UnixMilli()))
	if err := u.Tokens.Save(append(b, token...)); err != nil {
		return fmt.Errorf("keep restore token: %w", err)
	}
	u.memo = memo{token: token, since: since}
	return nil
}
