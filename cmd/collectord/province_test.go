package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/uplink"
)

// province is keys, broker and database, with each program run by its own role.
type province struct {
	t         *testing.T
	dir       string
	trust     snapshot.Trust
	authority *mosquittotest.Authority
	broker    string
	cluster   *postgrestest.Cluster
	receive   string // addresses of the health pages
	open      string
}

// newProvince has a cluster of its own: its database has the name that the
// programs give it, and what one test stored would be counted by the next.
func newProvince(t *testing.T) *province {
	t.Helper()
	p := &province{t: t, dir: t.TempDir(), authority: mosquittotest.NewAuthority(t), cluster: postgrestest.Start(t), receive: free(t), open: free(t)}
	var err error
	if p.trust, err = keys.Init(filepath.Join(p.dir, "keys"), "mau", 3, 2); err != nil {
		t.Fatal(err)
	}
	broker := mosquittotest.StartProvince(t, "../../docs", "mau", p.authority)
	p.broker = strings.Replace(broker.URL(), "tcp://", "ssl://", 1)
	roles := p.cluster.Path("roles.sql")
	if err := os.WriteFile(roles, []byte(p.run("migrate", "--roles")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := p.cluster.Run("psql", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-f", roles); err != nil {
		t.Fatal(err)
	}
	p.run("migrate", "--database", p.cluster.URLFor("checkpoint_owner", "checkpoint"))
	p.configure()
	return p
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (p *province) configure() {
	p.t.Helper()
	ca, cert, key := p.authority.Files("collector.thu-1")
	text := fmt.Sprintf(`province = "mau"
[receive]
id = "thu-1"
database = %q
state_dir = %q
mark_key = %q
health = %q
mqtt = { broker = %q, ca = %q, cert = %q, key = %q }
[open]
database = %q
records_key = %q
day_keys = %q
health = %q
`, p.cluster.URLFor("checkpoint_receive", "checkpoint"), filepath.Join(p.dir, "state"), filepath.Join(p.dir, "keys", keys.CollectorFile), p.receive,
		p.broker, ca, cert, key,
		p.cluster.URLFor("checkpoint_open", "checkpoint"), filepath.Join(p.dir, "keys", keys.RecordsFile), p.days(), p.open)
	if err := os.WriteFile(filepath.Join(p.dir, "collector.toml"), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// days is the folder of the keys under which people are kept.
func (p *province) days() string {
	dir := filepath.Join(p.dir, "days")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		p.t.Fatal(err)
	}
	return dir
}

func collectord(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

func (p *province) run(args ...string) string {
	p.t.Helper()
	cmd := collectord(args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("collectord %v: %v\n%s", args, err, errs.String())
	}
	return string(out)
}

// daemon runs one of the daemons until the test ends.
func (p *province) daemon(name string) {
	p.t.Helper()
	cmd := collectord(name, "--config", filepath.Join(p.dir, "collector.toml"))
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			p.t.Errorf("collectord %s: %v", name, err)
		}
		if p.t.Failed() {
			p.t.Logf("collectord %s:\n%s", name, log.String())
		}
		if strings.Contains(log.String(), "001090000011") {
			p.t.Errorf("collectord %s logs personal data", name)
		}
	})
}

// box sends records over mutual TLS until the test ends, as gate-1.
func (p *province) box(records int, adjust ...func(*uplink.Options)) *uplink.Uplink {
	p.t.Helper()
	public, err := keys.RecordsPublic(p.trust)
	if err != nil {
		p.t.Fatal(err)
	}
	j, err := journal.Open(journal.Options{
		Dir: p.t.TempDir(), Province: "mau", Box: "gate-1", BoxKey: ed25519.NewKeyFromSeed(make([]byte, 32)), ProvinceKey: public,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	for range records {
		r := checkpoint.Record{Time: time.Now(), Lane: "1", Kind: checkpoint.RecordDecision, Direction: checkpoint.In, Verdict: checkpoint.Admit, Number: "001090000011"}
		if _, err := j.Append(p.t.Context(), r); err != nil {
			p.t.Fatal(err)
		}
	}
	o := uplink.Options{
		Broker: p.broker, TLS: p.authority.Client("gate-1"), Province: "mau", Box: "gate-1", Outbox: j,
		Tokens: durable.Bytes(filepath.Join(p.dir, "token")), Collectors: []ed25519.PublicKey{ed25519.PublicKey(p.trust.Collectors.Keys[0].Key)},
		MinBackoff: 50 * time.Millisecond, MaxBackoff: time.Second,
	}
	for _, f := range adjust {
		f(&o)
	}
	u, err := uplink.New(o)
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx) }()
	p.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Error(err)
		}
		j.Close()
	})
	return u
}

// eventually waits until a query gives a number.
func (p *province) eventually(sql string, want int) {
	p.t.Helper()
	for late := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		have := postgrestest.Value[int](p.t, p.cluster, "checkpoint", sql)
		if have == want {
			return
		}
		if time.Now().After(late) {
			p.t.Fatalf("%s: %d, want %d", sql, have, want)
		}
	}
}

// From a box to the tables that the province reads, with every program run by
// its own role, and what none of them may do.
func TestRecordsReachTheProvincesTables(t *testing.T) {
	p := newProvince(t)
	people := filepath.Join(p.dir, "people.csv")
	csv := "number,full_name,birth_date,sex,issue_date,commune\n001090000011,Nguyễn Văn An,1990-08-15,M,2021-05-10,10507\nx,,,,,\n"
	if err := os.WriteFile(people, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := p.run("people", "import", "--database", p.cluster.URLFor("checkpoint_people", "checkpoint"), people); !strings.HasPrefix(out, "1 người / people, 0 ") || !strings.Contains(out, "1 dòng") {
		t.Errorf("import says %q", out)
	}
	p.daemon("receive")
	p.daemon("open")
	p.box(120)
	p.eventually("select count(*) from opened.scan", 120)
	p.eventually("select count(*) from opened.scan where known and commune = '10507'", 120)

	health := p.run("health", "--receive", p.receive, "--open", p.open, "--pages", "")
	for _, want := range []string{"đang nhận / receiving", "records 120 ", "gate-1", "đang mở / opening", "opened 120 "} {
		if !strings.Contains(health, want) {
			t.Errorf("health lacks %q:\n%s", want, health)
		}
	}
	for role, refused := range map[string][]string{
		"checkpoint_receive": {"select from opened.scan", "select from people.person", "delete from checkpoint.record", "select checkpoint.new_life()"},
		"checkpoint_open":    {"update checkpoint.segment set held = '{}'", "insert into checkpoint.box values ('a', '')", "select from people.person", "delete from opened.scan", "update opened.scan set verdict = ''"},
		"checkpoint_people":  {"select from opened.scan", "select from checkpoint.record", "select people.who('{}')", "select opened.forget_person('{}')"},
		"checkpoint_view": {"select from checkpoint.record", "delete from opened.scan", "update people.person set name = ''", "update tally.hour set n = 0", "select checkpoint.forget_before(current_date)",
			"delete from office.look", "update office.look set reason = ''", "delete from office.second"},
	} {
		p.refuses(role, refused)
	}
}

func (p *province) refuses(role string, statements []string) {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.cluster.URLFor(role, "checkpoint"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, sql := range statements {
		if _, err := conn.Exec(p.t.Context(), sql); err == nil || !strings.Contains(err.Error(), "permission denied") {
			p.t.Errorf("%s may %q: %v", role, sql, err)
		}
	}
}
