package main

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/snapshot"
	"checkpoint/verify/dcc/dcctest"
	"checkpoint/verify/declaration"
	"checkpoint/verify/policy"
	"checkpoint/verify/trust"
)

// gateways is the number of a snapshot of the same people that lists whose
// declarations and passports are believed.
const gateways = 77

// travel is who signs papers for people of other provinces.
type travel struct {
	key    ed25519.PrivateKey // of the province's declarations
	signer *dcctest.Signer    // of vaccine passports
}

func newTravel(t *testing.T, p *province) travel {
	t.Helper()
	w := travel{key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), signer: dcctest.NewSigner(time.Now().AddDate(-1, 0, 0), time.Now().AddDate(1, 0, 0))}
	listed := declaration.Keys{{Issuer: "mau", Public: w.key.Public().(ed25519.PublicKey)}}
	list, err := trust.Encode([][]byte{w.signer.Certificate}, listed, time.Now().AddDate(0, 1, 0))
	if err != nil {
		t.Fatal(err)
	}
	raw, _, err := snapshot.ReadBundle(p.snapshot(1))
	if err != nil {
		t.Fatal(err)
	}
	one, err := snapshot.PeekManifest(raw)
	if err != nil {
		t.Fatal(err)
	}
	layers := snapshot.LayersDir(p.snapshot(gateways))
	err = errors.Join(os.MkdirAll(layers, 0o755), os.Link(filepath.Join(snapshot.LayersDir(p.snapshot(1)), one.Layers[0].FileName()), filepath.Join(layers, one.Layers[0].FileName())))
	if err == nil {
		err = p.sign(gateways, snapshot.Manifest{Province: "mau", Number: gateways, Created: time.Now().Unix(), Policy: policy.Sample(), Layers: one.Layers, Trusted: list})
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// strangersCard is of somebody whom the province does not know.
func strangersCard(number, name string) string {
	return strings.Join([]string{number, "", name, "15081990", "Nam", "Nam Định", "15032022"}, "|")
}

func (w travel) declares(t *testing.T, number, name string) string {
	t.Helper()
	code, err := declaration.Issue(declaration.Declaration{
		Issuer: "mau", Issued: time.Now().Add(-time.Hour), Expires: time.Now().Add(71 * time.Hour), Number: number, Name: name, Birth: checkpoint.Date{Year: 1990, Month: 8, Day: 15}, From: "13636", To: "00001",
	}, w.key)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (w travel) vaccinated(surname, forename string) string {
	content := dcctest.Vaccination(surname, forename, "1990-08-15")
	content["v"].([]any)[0].(map[string]any)["dt"] = time.Now().AddDate(0, -2, 0).Format(time.DateOnly)
	return w.signer.Draft(content, time.Now().AddDate(0, -1, 0), time.Now().AddDate(0, 6, 0)).Code()
}

// A gateway admits people of another province on a declaration that this one
// signed, or on a passport, together with their card; with the card alone, or
// with somebody else's paper, the guard looks.
func TestAGatewayAdmitsPeopleOfAnotherProvince(t *testing.T) {
	r := newRig(t, settings{SiteType: "gateway"})
	w := newTravel(t, r.province)
	r.must(r.province.load(r.settings.State, gateways))
	r.plug()
	d := r.start()
	d.awaitReader(true)
	d.listen()
	refused := func(number, name string) {
		t.Helper()
		if e := d.show(r, strangersCard(number, name)); e.Reason != checkpoint.OtherProvince || e.Second.IsZero() {
			t.Errorf("the card alone: %+v", e)
		}
	}
	refused("036090900001", "Trần Văn Xa")
	d.admits(r, w.declares(t, "036090900001", "Trần Văn Xa"))
	refused("036090900002", "Lê Văn Lạ")
	d.admits(r, w.vaccinated("Le", "Van La"))
	refused("036090900003", "Phạm Văn Bốn")
	d.wants(r, w.declares(t, "036090900001", "Trần Văn Xa"), checkpoint.Refer, checkpoint.OtherProvince)
	d.answer(checkpoint.AnswerDenied)
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
	var rules []string
	for _, s := range r.province.read(t, r.settings.State) {
		if s.Kind == checkpoint.RecordDecision {
			rules = append(rules, s.Rule)
		}
	}
	const want = "other-province stranger-declared other-province stranger-vaccinated other-province other-province"
	if got := strings.Join(rules, " "); got != want {
		t.Errorf("rules %s, want %s", got, want)
	}
}
