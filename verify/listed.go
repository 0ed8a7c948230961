package verify

import (
	"cmp"
	"time"

	"checkpoint"
)

// listed notes what the site's lists say of the holder of a card: by the number
// that the data leads to, by the card's own, or by name and birth date.
func (l *look) listed(e *examination, card *checkpoint.Credential, m checkpoint.Match) error {
	register := l.data.Register
	if !register.HasList() {
		return nil
	}
	e.facts.Site.Lists = true
	keys := []string{cmp.Or(m.Main, card.Number), card.Number}
	if card.NameFold != "" && !card.Birth.IsZero() {
		keys = append(keys, checkpoint.ListedKey(card.NameFold, card.Birth))
	}
	for i, key := range keys {
		if i == 1 && key == keys[0] {
			continue
		}
		who, err := register.Listed(key)
		if err != nil {
			return err
		}
		if who != nil {
			e.belongs(who, l.now) // and who stands on it by name, too, may come by either row
		}
	}
	return nil
}

func (e *examination) belongs(who *checkpoint.Listed, now time.Time) {
	f := &e.facts.Site
	begun := who.From.IsZero() || daysSince(who.From, now) >= 0
	over := !who.Until.IsZero() && daysSince(who.Until, now) > 0
	f.Staff = f.Staff || who.Staff && begun && !over
	for _, v := range who.Visits {
		f.Visitor = f.Visitor || !now.Before(v.From) && !now.After(v.Until)
	}
}
