package main

import (
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/pin"
)

var turnOf = regexp.MustCompile(`data-turn="(\d+)"`)

// After a day's work the folder for the province names nobody: neither who came,
// nor the guards, nor a PIN, nor any of the box's secrets.
func TestABundleNamesNobody(t *testing.T) {
	r := newReadyRig(t, settings{More: "decision_inputs = [\"page\", \"control\"]\n[page]\nlisten = \"127.0.0.1:0\"\nnetwork = \"127.0.0.1:0\"\n"})
	path := r.configure()
	d := r.startWith(path)
	d.awaitReader(true)
	d.listen()
	given, err := d.client.IssuePIN(t.Context(), control.NewPIN{Role: pin.Lead, Holder: "Phạm Thị Ca Trưởng"})
	r.must(err)
	secrets := []string{given.PIN, "Ca Trưởng", "Trần Văn Giấy", "0900000113", "Người Giao Ca", "Người Nhận Ca"}
	for _, payload := range []string{r.province.green[0], r.province.cards["withdrawn"], r.province.cards["amber"]} {
		e := d.show(r, payload)
		if e.Verdict != checkpoint.Admit.String() {
			d.answer(checkpoint.AnswerDenied)
		}
		fields := strings.Split(payload, "|")
		secrets = append(secrets, fields[0], fields[2])
	}
	post := func(path string, form url.Values) {
		t.Helper()
		page, err := http.Get(d.page())
		r.must(err)
		html, err := io.ReadAll(page.Body)
		r.must(err)
		page.Body.Close()
		form.Set("turn", turnOf.FindStringSubmatch(string(html))[1])
		answer, err := http.PostForm(d.page()+path, form)
		r.must(err)
		defer answer.Body.Close()
		if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode >= 400 {
			t.Fatalf("%s: %d, %v\n%s", path, answer.StatusCode, err, body)
		}
	}
	deny := func(what string) { // the page is answered before the lane has decided
		t.Helper()
		d.awaitStatus(what, func(s control.Status) bool { return s.Lanes[0].State == checkpoint.StateWaiting.String() })
		d.answer(checkpoint.AnswerDenied)
	}
	number, birth := born(r.province.green[1])
	post("/lanes/1/type", url.Values{"number": {number}, "birth": {birth}})
	deny("what a typed number gives")
	post("/lanes/1/form", url.Values{"who": {"Trần Văn Giấy"}, "phone": {"0900000113"}})
	deny("what a form gives")
	post("/shift", url.Values{"from": {"Người Giao Ca"}, "to": {"Người Nhận Ca"}})
	post("/log", url.Values{"for": {number}, "pin": {given.PIN}})
	secrets = append(secrets, number)
	for _, name := range []string{"pepper", "box.key"} {
		text, err := os.ReadFile(r.state(name))
		r.must(err)
		secrets = append(secrets, strings.TrimSpace(string(text)))
	}

	dir := r.path("stick")
	r.must(os.Mkdir(dir, 0o700))
	if out, err := exec.Command(tool(t, "checkpointctl"), "doctor", "--config", path, "--bundle", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files := 0
	r.must(filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(name)
		for _, secret := range secrets {
			if strings.Contains(strings.ToUpper(string(text)), strings.ToUpper(secret)) {
				t.Errorf("%s has %q", filepath.Base(name), secret)
			}
		}
		return err
	}))
	if files < 3 {
		t.Errorf("%d files in the bundle", files)
	}
}
