package verify_test

import (
	"testing"

	"checkpoint"
)

// A card that is shown with a passport is judged as a card, unless the passport
// is another person's: then it is never green.
func TestACardBesideAPassport(t *testing.T) {
	o := newOffices(t)
	an, unvaccinated := person(1), person(2)
	unvaccinated.doses = nil
	d := newProvince(t, source([]life{an, unvaccinated})).desk(today(), sixHours)
	d.data.Trusted = o.list
	write := func(surname, forename, birth string) string {
		draft := o.passport()
		content := draft.Claims[-260].(map[any]any)[1].(map[string]any)
		content["dob"] = birth
		content["nam"] = map[string]any{"fn": surname, "fnt": "X", "gn": forename, "gnt": "Y"}
		return draft.Code()
	}
	machine := o.passport()
	machine.Claims[-260].(map[any]any)[1].(map[string]any)["nam"] = map[string]any{"fnt": "NGUYEN", "gnt": "VAN<AN"}
	forged := o.passport()
	forged.Signer = o.stranger
	for name, c := range map[string]struct {
		before, card, want string
	}{
		"the same person":                 {write("Nguyễn", "Văn An", "1990-08-15"), an.card().String(), "admit G1 two-doses [] []"},
		"the forename first":              {write("Văn An", "Nguyễn", "1990-08-15"), an.card().String(), "admit G1 two-doses [] []"},
		"in the letters of machines":      {machine.Code(), an.card().String(), "admit G1 two-doses [] []"},
		"the year of birth alone":         {write("Nguyen", "Van An", "1990"), an.card().String(), "admit G1 two-doses [] []"},
		"another name":                    {write("Nguyễn", "Văn Bình", "1990-08-15"), an.card().String(), "refer A05 two-doses [PAPERS_DIFFER] []"},
		"another birth date":              {write("Nguyễn", "Văn An", "1990-08-16"), an.card().String(), "refer A05 two-doses [PAPERS_DIFFER] []"},
		"another year":                    {write("Nguyễn", "Văn An", "1991"), an.card().String(), "refer A05 two-doses [PAPERS_DIFFER] []"},
		"another's, no dose in the data":  {write("Nguyễn", "Văn Bình", "1990-08-15"), unvaccinated.card().String(), "refuse R05 no-dose [DOSES_MISSING PAPERS_DIFFER] []"},
		"a passport that nobody believes": {forged.Code(), an.card().String(), "admit G1 two-doses [] []"},
		"no passport":                     {"https://example.com", an.card().String(), "admit G1 two-doses [] []"},
	} {
		got := d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(c.card), Before: &checkpoint.Scan{Payload: []byte(c.before)}})
		if words(got) != c.want {
			t.Errorf("%s: got %s, want %s", name, words(got), c.want)
		}
		if got.Second {
			t.Errorf("%s: a third paper is wanted", name)
		}
	}
	if got := d.show(t, o.passport().Code()); !got.Second {
		t.Error("a passport alone asks for no card")
	}
	if got := d.show(t, forged.Code()); got.Second {
		t.Error("a forged passport asks for a card")
	}
}

// Any other two papers: what is green by itself is not green beside a paper that
// is another person's, or that nothing ties to it.
func TestAnotherPaper(t *testing.T) {
	o := newOffices(t)
	an, binh := person(1), person(2)
	binh.FullName, binh.Birth = "Trần Văn Bình", date("1990-03-02")
	d := newProvince(t, source([]life{an, binh})).desk(today(), sixHours)
	d.data.Trusted = o.list
	misread := an.card()
	misread.name = "Nguyễn Văn Ân"
	renewed := an.card()
	renewed.old = "012345678"
	ofBinh := o.passport()
	ofBinh.Claims[-260].(map[any]any)[1].(map[string]any)["nam"] = map[string]any{"fn": "Trần", "fnt": "TRAN", "gn": "Văn Bình", "gnt": "VAN<BINH"}
	forged := o.passport()
	forged.Signer = o.stranger
	insured := healthCard("0120012345")
	const green, others = "admit G1 two-doses [] []", "refer A05 two-doses [PAPERS_DIFFER] []"
	for name, c := range map[string]struct {
		before, paper, want string
	}{
		"the same card again":                 {an.card().String(), an.card().String(), green},
		"the same card, misread before":       {misread.String(), an.card().String(), green},
		"another card":                        {binh.card().String(), an.card().String(), others},
		"the number typed":                    {an.Number, an.card().String(), green},
		"another number typed":                {binh.Number, an.card().String(), others},
		"an old number that the card names":   {"012345678", renewed.String(), green},
		"an old number and nothing more":      {"012345678", an.card().String(), others},
		"a health card":                       {insured(an), an.card().String(), green},
		"another's health card":               {insured(binh), an.card().String(), others},
		"a passport after the card":           {an.card().String(), o.passport().Code(), green},
		"another's passport after the card":   {an.card().String(), ofBinh.Code(), others},
		"a forged passport after the card":    {an.card().String(), forged.Code(), "refuse R04 - [SIGNATURE_WRONG] []"},
		"passports of two people":             {ofBinh.Code(), o.passport().Code(), "refer A09 passport-alone [NUMBER_MISSING PAPERS_DIFFER] []"},
		"a passport that was shown once more": {o.passport().Code(), o.passport().Code(), "refer A09 passport-alone [NUMBER_MISSING] []"},
	} {
		got := d.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(c.paper), Before: &checkpoint.Scan{Payload: []byte(c.before)}})
		if words(got) != c.want {
			t.Errorf("%s: got %s, want %s", name, words(got), c.want)
		}
	}
}
