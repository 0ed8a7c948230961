package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"checkpoint"
	"checkpoint/store/build/print"
)

// Card is a printable sample card and the answer it gets under the sample
// policy while the sample's data is fresh.
type Card struct {
	Name          string            `json:"name"` // of the picture too: NAME.png
	Payload       string            `json:"payload"`
	ExpectVerdict string            `json:"expect_verdict"`
	ExpectReason  checkpoint.Reason `json:"expect_reason"` // empty: any reason of the verdict
	Note          string            `json:"note"`
}

// Cards lists the sample cards: the cast's, a stranger's, and two codes that
// are nobody's.
func (p *Province) Cards() []Card {
	var cards []Card
	for i, r := range p.cast {
		who := p.Person(i)
		r.print(&who)
		cards = append(cards, Card{r.name, who.payload(), r.verdict.String(), r.reason, r.note})
	}
	return append(cards,
		Card{"unknown", p.strangersPayload(), checkpoint.Refer.String(), checkpoint.NotInData, "a sound card of someone who is not in the data"},
		Card{"place", "https://tokhaiyte.vn/?page=Group.checkin&groupId=000000000000000000000001", checkpoint.NotRead.String(), checkpoint.NotPersonal, "the place code of a wall poster"},
		Card{"garbage", "5Kg gao ST25 | lo 0417 | HSD 12/26", checkpoint.NotRead.String(), "", "the code of a sack of rice"},
	)
}

// strangersPayload is the card of the first person after the last in the data
// who holds a chip card.
func (p *Province) strangersPayload() string {
	for i := p.options.People; ; i++ {
		if who := p.Person(i); !who.Issued.IsZero() && who.Issued.Year < 2024 {
			return who.payload()
		}
	}
}

func (p *Province) writeCards(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	cards := p.Cards()
	for _, c := range cards {
		picture, err := QR(c.Payload)
		if err != nil {
			return fmt.Errorf("card %s: %w", c.Name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, c.Name+".png"), picture, 0o644); err != nil {
			return err
		}
	}
	var list bytes.Buffer
	enc := json.NewEncoder(&list)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(cards); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, CardsFile), list.Bytes(), 0o644)
}

// minPicture is the size of a card's picture, in pixels a side.
const minPicture = 600

// QR is payload as a black and white PNG, error correction level M. It fails
// when payload is longer than a QR code holds (2,331 bytes).
func QR(payload string) ([]byte, error) {
	code, err := print.Medium(payload)
	if err != nil {
		return nil, err
	}
	return code.PNG(minPicture)
}
