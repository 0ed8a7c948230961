package pages_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/pages"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/collector/view/provincetest"
	"checkpoint/sync/postgrestest"
)

var shared postgrestest.Shared

func TestMain(m *testing.M) { os.Exit(shared.Run(m)) }

// password is every account's here.
const password = "mật khẩu của kỳ thử"

// province is a filled database with the pages before it.
type province struct {
	*provincetest.Province
	t       *testing.T
	name    string // of the database
	days    [2]time.Time
	entries []postgres.Entry
	office  *office.Office
	admin   office.Account
	log     *pgx.Conn // of who counts looks
	server  *pages.Server
	web     *httptest.Server
}

// filled is a province that was filled once: nobody is connected to its database,
// so that every test gets a copy.
type filled struct {
	once    sync.Once
	name    string // of the database
	keys    string // of the days
	days    [2]time.Time
	entries []postgres.Entry
}

// The provinces: a small one, and one whose pages are full.
var (
	small = provincetest.Province{Seed: 3, Sites: 6, People: 400, Communes: 8, Scans: 500, Cases: 2}
	large = provincetest.Province{Seed: 5, Sites: 12, People: 3000, Communes: 14, Scans: 3000, Cases: 3}

	originals = map[*provincetest.Province]*filled{&small: {}, &large: {}}
)

// newProvince serves the pages of a copy of an invented province with two recorded
// days, the last of which was yesterday. twoPerson are looks that a second person
// approves.
func newProvince(t *testing.T, size *provincetest.Province, twoPerson ...office.What) *province {
	t.Helper()
	c := shared.Cluster(t)
	p := &province{Province: size, t: t, admin: office.MachineUser("test")}
	f := originals[size]
	f.once.Do(func() { p.fill(f) })
	p.days, p.entries, p.name = f.days, f.entries, shared.Copy(t, f.name)
	days, err := daykeys.Open(f.keys)
	p.check(err)
	v, err := view.Open(context.Background(), c.URLFor("checkpoint_view", p.name), days)
	p.check(err)
	t.Cleanup(v.Pool.Close)
	p.office, err = office.Open(context.Background(), c.URLFor("checkpoint_view", p.name), office.Options{Dir: p.folder(), TwoPerson: twoPerson})
	p.check(err)
	t.Cleanup(p.office.Close)
	s := pages.New(pages.Config{Province: "Tỉnh Mẫu", View: v, Office: p.office, Hosts: []string{"chot.example"}, Plan: p.plan, FaultTitle: faultTitle,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	p.server = s
	pages.Unhurried(s)
	p.web = httptest.NewServer(s.Handler())
	t.Cleanup(p.web.Close)
	return p
}

// faultTitle is a fault in words, as the program that serves the pages knows it.
func faultTitle(code string) view.Column {
	if code == "SCANNER_GONE" {
		return view.Column{Vietnamese: "Máy quét mất kết nối", English: "Scanner unplugged"}
	}
	return view.Column{}
}

// folder is one that nobody else may read.
func (p *province) folder() string {
	dir := p.t.TempDir()
	p.check(os.Chmod(dir, 0o700))
	return dir
}

// fill makes the original.
func (p *province) fill(f *filled) {
	p.t.Helper()
	c := shared.Cluster(p.t)
	f.name, f.keys = shared.Database(p.t), c.Path("days-"+strconv.Itoa(p.People)) // goes with the cluster
	roles := c.Path("roles.sql")
	p.check(os.WriteFile(roles, []byte(postgres.Roles), 0o644))
	p.check(c.Run("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-o", os.DevNull, "-f", roles))
	_, err := postgres.Migrate(p.t.Context(), c.URL(f.name))
	p.check(err)
	p.check(p.Places(p.t.Context(), c.URL(f.name)))
	p.check(p.Fleet(p.t.Context(), c.URL(f.name), time.Now()))
	p.check(p.Register(p.t.Context(), c.URL(f.name)))
	p.check(p.Fleet(p.t.Context(), c.URL(f.name), time.Now()))
	p.check(os.Mkdir(f.keys, 0o700))
	days, err := daykeys.Open(f.keys)
	p.check(err)
	conn, err := pgx.Connect(p.t.Context(), c.URL(f.name))
	p.check(err)
	defer conn.Close(context.Background())
	p.First = postgres.DayOf(time.Now()).AddDate(0, 0, -len(f.days))
	for n := range f.days {
		f.days[n] = p.First.AddDate(0, 0, n)
		_, err := p.FillDay(p.t.Context(), conn, days, f.days[n])
		p.check(err)
		for site := range p.Sites {
			f.entries = append(f.entries, p.Day(f.days[n], site)...)
		}
	}
	_, err = conn.Exec(p.t.Context(), "analyze")
	p.check(err)
}

func (p *province) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) day(n int) string { return p.days[n].Format(time.DateOnly) }

// account makes an account.
func (p *province) account(name string, scopes []string, roles ...office.Role) office.Account {
	p.t.Helper()
	a := office.Account{Name: name, Roles: roles, Scopes: scopes, Language: "en"}
	p.check(p.office.AddAccount(p.t.Context(), p.admin, a, password))
	return a
}

// visitor is a browser without a window.
type visitor struct {
	p      *province
	client *http.Client
}

// visitor is one who has not logged in, and follows no redirection.
func (p *province) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	p.check(err)
	return &visitor{p, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// enters is a visitor who is logged in.
func (p *province) enters(name string) *visitor {
	p.t.Helper()
	v := p.visitor()
	if code, _, where := v.post("/login", url.Values{"name": {name}, "password": {password}}); code != http.StatusSeeOther || where != "/" {
		p.t.Fatalf("log in as %s: %d to %q", name, code, where)
	}
	return v
}

func (v *visitor) do(r *http.Request, err error) (code int, body, where string) {
	v.p.t.Helper()
	v.p.check(err)
	answer, err := v.client.Do(r)
	v.p.check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	v.p.check(err)
	return answer.StatusCode, string(text), answer.Header.Get("Location")
}

func (v *visitor) get(path string, query url.Values) (code int, body, where string) {
	v.p.t.Helper()
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return v.do(http.NewRequestWithContext(v.p.t.Context(), http.MethodGet, v.p.web.URL+path, nil))
}

// sees is a page that must be there.
func (v *visitor) sees(path string, query url.Values) string {
	v.p.t.Helper()
	code, body, where := v.get(path, query)
	if code != http.StatusOK {
		v.p.t.Fatalf("%s: %d to %q:\n%s", path, code, where, body)
	}
	return body
}

func (v *visitor) post(path string, form url.Values) (code int, body, where string) {
	v.p.t.Helper()
	r, err := http.NewRequestWithContext(v.p.t.Context(), http.MethodPost, v.p.web.URL+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.do(r, err)
}

var formToken = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// csrf is the session's form token, as the pages' forms have it.
func (v *visitor) csrf() string {
	v.p.t.Helper()
	found := formToken.FindStringSubmatch(v.sees("/", nil))
	if found == nil {
		v.p.t.Fatal("the first page has no form token")
	}
	return found[1]
}

// looks is how many lines the log of looks has.
func (p *province) looks() (n int) {
	p.t.Helper()
	if p.log == nil {
		var err error
		p.log, err = pgx.Connect(p.t.Context(), shared.Cluster(p.t).URL(p.name))
		p.check(err)
		p.t.Cleanup(func() { _ = p.log.Close(context.Background()) })
	}
	p.check(p.log.QueryRow(p.t.Context(), "select count(*) from office.look").Scan(&n))
	return n
}
