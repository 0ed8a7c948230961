package hil

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"checkpoint/scanner/qr"
	"checkpoint/scanner/qr/frames"
	"checkpoint/store/build/sample"
)

// Size of the pictures that a box's camera gives: half that of generated frames,
// since the guest's processor is emulated.
const (
	viewWidth  = frames.Width / 2
	viewHeight = frames.Height / 2
)

// Pictures that the host paints for the guest, each a file of brightness.
const (
	deskPicture = "desk" // and a card on it without a code
	cardPicture = "card" // of somebody who is let in
	pairPicture = "pair" // that card, and beside it a code of nobody
)

// menu is a code that is nobody's.
const menu = "https://example.com/menu"

// prepare leaves the province, what cameras see, and what names devices.
func prepare(bench string) (finish func() error, err error) {
	if finish, err = prepareProvince(bench); err != nil {
		return nil, err
	}
	if err := errors.Join(paint(bench), prepareUdev(bench)); err != nil {
		return nil, errors.Join(err, finish())
	}
	return finish, nil
}

func paint(bench string) error {
	b, err := os.ReadFile(filepath.Join(bench, cardsFile))
	if err != nil {
		return err
	}
	var cards []sample.Card
	if err := json.Unmarshal(b, &cards); err != nil {
		return err
	}
	green := slices.IndexFunc(cards, func(c sample.Card) bool { return c.Name == "green" })
	if green < 0 {
		return errors.New("the sample has no green card")
	}
	payload := cards[green].Payload
	card, err := readable(payload)
	if err != nil {
		return err
	}
	other, err := readable(menu)
	if err != nil {
		return err
	}
	pair := beside(card, other)
	if err := reads(pair, payload, menu); err != nil {
		return err
	}
	desk := halved(frames.Take(frames.Ease(frames.Nothing), 1, 0).Pix)
	for name, picture := range map[string][]byte{deskPicture: desk, cardPicture: card, pairPicture: pair} {
		if err := os.WriteFile(filepath.Join(bench, name), picture, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// readable is a generated frame of a card that is near enough to be read at half
// its size, also when a JPEG has taken a little of it, and in the middle.
func readable(text string) (picture []byte, err error) {
	near := frames.Ease(frames.Card)
	near.Module, near.Tilt, near.Says = 7, 10, text
	for n := range uint64(30) {
		picture = halved(frames.Take(near, 5, n).Pix)
		if err = errors.Join(reads(picture, text), reads(beside(picture, picture), text)); err == nil {
			return picture, nil
		}
	}
	return nil, fmt.Errorf("no generated frame will do: %w", err)
}

// halved makes one pixel of four.
func halved(pix []byte) []byte {
	small := make([]byte, viewWidth*viewHeight)
	for i := range small {
		at := i/viewWidth*2*frames.Width + i%viewWidth*2
		small[i] = byte((int(pix[at]) + int(pix[at+1]) + int(pix[at+frames.Width]) + int(pix[at+frames.Width+1])) / 4)
	}
	return small
}

// beside shows the middles of two pictures side by side.
func beside(left, right []byte) []byte {
	both := slices.Clone(left)
	for y := range viewHeight {
		row := y * viewWidth
		copy(both[row:], left[row+viewWidth/4:][:viewWidth/2])
		copy(both[row+viewWidth/2:], right[row+viewWidth/4:][:viewWidth/2])
	}
	return both
}

// reads tells whether all these codes, and no other, are read at the first look.
func reads(picture []byte, texts ...string) error {
	var got []string
	for _, c := range new(qr.Stream).Look(qr.Image{Pix: picture, Width: viewWidth, Height: viewHeight, Stride: viewWidth}) {
		got = append(got, string(c.Payload))
	}
	slices.Sort(got)
	slices.Sort(texts)
	if got = slices.Compact(got); !slices.Equal(got, texts) {
		return fmt.Errorf("of %d codes, %d are read", len(texts), len(got))
	}
	return nil
}
