package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/messages"
	"checkpoint/device/picture"
	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/photos"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
)

// photoBytes bounds what a picture may unfold to: 4,096 pixels a side in grey.
const photoBytes = 4 * 4096 * 4096

// photoWanted is whoever wants to see the photo of a paper form.
type photoWanted struct{ config, name, box, reason, out string }

// open opens it with the key of records and writes it to a file, once it is noted
// who sees it and why. What is written is painted anew from the picture's brightness,
// so that nothing of a box's bytes reaches whatever shows it.
func (w photoWanted) open(ctx context.Context, io cli.IO) error {
	id, err := photos.ParseID(w.name)
	if err != nil {
		return cli.Usage("--photo: %v; tên có trong danh sách tờ khai / it stands in the list of papers", err)
	}
	if w.out == "" || w.reason == "" {
		return cli.Usage("--photo cần --out, tệp để ghi, và --reason, được giữ lại / --photo wants --out, the file to write, and --reason, which is kept")
	}
	c, err := readConfig(w.config, (*config).forOpen)
	if err != nil {
		return err
	}
	if w.box == "" {
		if w.box, err = boxOf(ctx, c.Open.Database, id); err != nil {
			return err
		}
	}
	key, err := keys.ReadRecords(c.Open.RecordsKey)
	if err != nil {
		return err
	}
	of := collector.Photo{Box: w.box, ID: id}
	sealed, taken, err := postgres.Photo(ctx, c.Open.Database, of, machineUser().Name, w.reason)
	if errors.Is(err, postgres.ErrNoPhoto) {
		return cli.Hint(err, notThere)
	}
	if err != nil {
		return err
	}
	b, err := photos.Open(key, photos.Label{Province: c.Province, Box: w.box, Time: taken}, sealed)
	if err != nil {
		return err
	}
	if b, err = painted(b); err != nil {
		return fmt.Errorf("photo %s of %s: %w", id, w.box, err)
	}
	if err := durable.Replace(w.out, b, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(io.Err, "%s: ảnh của máy / photo of box %s, %s. Xem xong thì xoá / delete it when you have seen it.\n", w.out, w.box, taken.In(messages.Zone).Format("15:04 02/01/2006"))
	return nil
}

const notThere = "chưa gửi đủ, hoặc đã quá ngày giữ / not all of it has come yet, or its day is not kept any more"

func boxOf(ctx context.Context, database string, id photos.ID) (string, error) {
	boxes, err := postgres.BoxesOf(ctx, database, id)
	switch {
	case err != nil:
		return "", err
	case len(boxes) == 0:
		return "", cli.Hint(postgres.ErrNoPhoto, notThere)
	case len(boxes) > 1:
		return "", cli.Usage("nhiều máy đã gửi ảnh tên đó: chọn bằng --box / several boxes sent a photo of that name: say which with --box (%s)", strings.Join(boxes, ", "))
	}
	return boxes[0], nil
}

// painted is a JPEG of what a JPEG shows; anything else is refused.
func painted(b []byte) ([]byte, error) {
	if !bytes.HasPrefix(b, []byte{0xFF, 0xD8}) {
		return nil, photos.ErrPicture
	}
	p, err := picture.Decode(b, photoBytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", photos.ErrPicture, err)
	}
	m := &image.Gray{Pix: p.Pix, Stride: p.Stride, Rect: image.Rect(0, 0, p.Width, p.Height)}
	var out bytes.Buffer
	err = jpeg.Encode(&out, m, &jpeg.Options{Quality: 85})
	return out.Bytes(), err
}
