package office

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/chacha20poly1305"

	"checkpoint/sync/collector/view"
)

// mark stands for a change in a look's detail: what was approved is this change, and
// nobody without the key can try names against the log.
func (c *chain) mark(change []byte) string {
	return " #" + hex.EncodeToString(sum(c.changes, change)[:8])
}

// seal hides a change in the database; it opens for the same subject alone. Nil
// stays nil.
func (c *chain) seal(change []byte, subject string) []byte {
	if change == nil {
		return nil
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(nonce) // never fails, crypto/rand says
	return c.sealer().Seal(nonce, nonce, change, []byte(subject))
}

func (c *chain) sealer() cipher.AEAD {
	aead, err := chacha20poly1305.NewX(c.sealing)
	if err != nil {
		panic(err) // only a key of another length fails
	}
	return aead
}

func (c *chain) unseal(sealed []byte, subject string) ([]byte, error) {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, errors.New("sealed change is too short")
	}
	nonce, body := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	return c.sealer().Open(nil, nonce, body, []byte(subject))
}

// See shows another's change to whoever is to approve it, and writes into the log
// that he or she saw it: then it may be approved. Of somebody outside of the
// account's scope nothing is shown, and nothing written. [ErrRole], [ErrAnswer],
// [view.ErrScope], [view.ErrNobody].
func (o *Office) See(ctx context.Context, a Account, id int64, v *view.View) (change view.Change, err error) {
	if !a.May(Approve) || a.machine() {
		return change, ErrRole
	}
	var subject string
	var sealed []byte
	since := o.now().Add(-ApprovedFor)
	err = o.pool.QueryRow(ctx, `select subject, change from office.second
		where id = $1 and account <> $2 and answered is null and change is not null and asked > $3`, id, a.Name, since).Scan(&subject, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrAnswer
	}
	if err != nil {
		return change, err
	}
	text, err := o.log.unseal(sealed, subject)
	if err == nil {
		change, err = view.DecodeChange(text)
	}
	if err != nil {
		return view.Change{}, fmt.Errorf("request %d: %w", id, err)
	}
	if err := v.Permitted(ctx, a.Scope, change); err != nil {
		return view.Change{}, err
	}
	return change, o.saw(ctx, a, id, subject, since)
}

// saw writes that an account sees a change, while it can still be answered.
func (o *Office) saw(ctx context.Context, a Account, id int64, subject string, since time.Time) error {
	l := Line{Account: a.Name, What: OfApproval, Subject: subject, Detail: fmt.Sprintf("sees request %d", id)}
	_, err := o.write(ctx, l, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `update office.second set seen = array_append(array_remove(seen, $2), $2)
			where id = $1 and answered is null and change is not null and asked > $3`, id, a.Name, since)
		if err == nil && done.RowsAffected() == 0 {
			err = ErrAnswer
		}
		return err
	})
	return err
}

// forgetChanges removes changes that nobody can approve any more.
func (o *Office) forgetChanges(ctx context.Context) error {
	_, err := o.pool.Exec(ctx, "update office.second set change = null where change is not null and asked <= $1", o.now().Add(-ApprovedFor))
	return err
}
