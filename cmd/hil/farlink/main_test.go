package farlink

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/cmd/internal/headquarters"
	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/cmd/internal/stand"
	"checkpoint/device/lab"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/mosquittotest"
)

func TestMain(m *testing.M) {
	lab.Main(m, lab.Bench{
		Modules:  []string{"sch_netem"},
		Programs: []string{"checkpoint/cmd/checkpointd"},
		Prepare:  prepare,
	})
}

const (
	provinceID = "mau"
	farBox     = "xa-0001" // has a backlog, behind the bad link
	oddBox     = "xa-0002" // has none; its clock is set
	hostFile   = "host.json"
)

// backlog is how many records wait in the far box.
func backlog() int {
	if os.Getenv(lab.Soak) != "" {
		return 5000
	}
	return 300
}

// hostInfo tells the guest where the province is.
type hostInfo struct {
	Broker string // host:port, of MQTT over TLS
	Held   string // address that tells what the database has of a box
}

// held is what the database has of one segment.
type held struct {
	Records uint64
	Sum     string // over numbers and sealed bytes, in order
}

// prepare starts the province on the host.
func prepare(bench string) (finish func() error, err error) {
	ready, over, ended := make(chan error, 1), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- stand.Run(func(s *stand.Stand) error {
			err := province(s, bench)
			ready <- err
			if err == nil {
				<-over
			}
			return err
		})
	}()
	finish = func() error { close(over); return <-ended }
	select {
	case err := <-ended:
		return nil, errors.Join(err, errors.New("the province did not start"))
	case err := <-ready:
		if err != nil {
			return nil, finish()
		}
		return finish, nil
	}
}

func province(s *stand.Stand, bench string) error {
	dir := s.TempDir()
	bin, secret := filepath.Join(dir, "bin"), filepath.Join(dir, "keys")
	if out, err := exec.Command("go", "build", "-o", bin+"/", "checkpoint/cmd/collectord").CombinedOutput(); err != nil {
		return fmt.Errorf("build collectord: %w\n%s", err, out)
	}
	trust, err := keys.Init(secret, provinceID, 3, 2)
	if err != nil {
		return err
	}
	authority := mosquittotest.NewAuthority(s)
	h := headquarters.Start(s, headquarters.Options{
		Bin: bin, Docs: "../../../docs", Dir: dir, Province: provinceID, Keys: secret, Certificates: authority,
	})
	h.Run("receive")
	for box, records := range map[string]int{farBox: backlog(), oddBox: 0} {
		if err := enrol(filepath.Join(bench, box), box, secret, trust, records); err != nil {
			return err
		}
		for i, from := range files(authority.Files(box)) {
			if err := copyFile(filepath.Join(bench, box, tlsFiles[i]), from); err != nil {
				return err
			}
		}
	}
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		have, err := holds(r.Context(), h.Cluster.URL(headquarters.Database), r.URL.Query().Get("box"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(have) // a guest that is gone needs no answer
	}))
	s.Cleanup(answers.Close)
	_, port, err := net.SplitHostPort(h.Broker.Addr())
	if err != nil {
		return err
	}
	text, err := json.Marshal(hostInfo{
		Broker: net.JoinHostPort(lab.Host, port),
		Held:   "http://" + net.JoinHostPort(lab.Host, strconv.Itoa(answers.Listener.Addr().(*net.TCPAddr).Port)) + "/?box=",
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(bench, hostFile), text, 0o600)
}

// tlsFiles are the names of what a box proves itself by.
var tlsFiles = []string{"ca.pem", "cert.pem", "key.pem"}

func files(ca, cert, key string) []string { return []string{ca, cert, key} }

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

// enrol makes the state of a box with records that wait.
func enrol(dir, box, secret string, trust snapshot.Trust, records int) error {
	state := filepath.Join(dir, "state")
	if err := rig.Enrol(secret, state); err != nil {
		return err
	}
	if records == 0 {
		return nil
	}
	j, err := openJournal(state, box, trust)
	if err != nil {
		return err
	}
	for i := range records {
		_, err := j.Append(context.Background(), checkpoint.Record{
			Time: time.Now(), Trusted: true, Lane: "1", Kind: checkpoint.RecordDecision, Direction: checkpoint.In,
			Verdict: checkpoint.Admit, Reason: checkpoint.MeetsRule, Number: fmt.Sprintf("%012d", i),
		})
		if err != nil {
			return errors.Join(err, j.Close())
		}
	}
	return j.Close()
}

func openJournal(state, box string, trust snapshot.Trust) (*journal.Journal, error) {
	key, err := keys.BoxSigner(filepath.Join(state, snapshots.BoxKeyFile))
	if err != nil {
		return nil, err
	}
	to, err := keys.RecordsPublic(trust)
	if err != nil {
		return nil, err
	}
	return journal.Open(journal.Options{Dir: filepath.Join(state, "journal"), Province: provinceID, Box: box, BoxKey: key, ProvinceKey: to})
}

// holds asks the database. A conflict is an error: there must be none.
func holds(ctx context.Context, url, box string) (map[string]held, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	var conflicts int
	if err := conn.QueryRow(ctx, "select count(*) from checkpoint.conflict").Scan(&conflicts); err != nil || conflicts > 0 {
		return nil, fmt.Errorf("%d conflicts, %w", conflicts, err)
	}
	rows, err := conn.Query(ctx, "select epoch, seq, body from checkpoint.record where box = $1 order by epoch, seq", box)
	if err != nil {
		return nil, err
	}
	all := map[string]held{}
	sums := map[string]*sum{}
	var epoch, seq int64
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&epoch, &seq, &body}, func() error {
		name := fmt.Sprintf("%016x", uint64(epoch))
		if sums[name] == nil {
			sums[name] = &sum{}
		}
		sums[name].add(uint64(seq), body)
		all[name] = sums[name].held()
		return nil
	})
	return all, err
}

// sum digests records in order.
type sum struct {
	n    uint64
	hash [sha256.Size]byte
}

func (s *sum) add(seq uint64, body []byte) {
	s.n++
	s.hash = sha256.Sum256(append(fmt.Appendf(s.hash[:], "%d/", seq), body...))
}

func (s *sum) held() held { return held{s.n, hex.EncodeToString(s.hash[:])} }
