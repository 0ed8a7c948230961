package postgres_test

import (
	"bufio"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/durable"
	"checkpoint/store/journal"
	"checkpoint/store/lossfs"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
	"checkpoint/sync/uplink"
)

// runs names the broker and the directory of a box in a process of its own.
const runs = "COLLECTOR_TEST_RUNS_BOX"

// runBox writes records for ever, tells each that is on disk, and delivers
// meanwhile, until somebody kills it.
func runBox() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	broker, dir, _ := strings.Cut(os.Getenv(runs), " ")
	raw, err := ecdh.X25519().NewPrivateKey([]byte(strings.Repeat("k", 32)))
	must(err)
	sealTo, err := hpke.NewDHKEMPrivateKey(raw)
	must(err)
	j, err := journal.Open(journal.Options{Dir: filepath.Join(dir, "journal"), Province: province, Box: boxID, BoxKey: key(9), ProvinceKey: sealTo.PublicKey()})
	must(err)
	u, err := uplink.New(uplink.Options{
		Broker: broker, Province: province, Box: boxID, Outbox: j, Tokens: durable.Bytes(filepath.Join(dir, "token")),
		Collectors: []ed25519.PublicKey{key(1).Public().(ed25519.PublicKey)},
		BatchDelay: 5 * time.Millisecond, ResendAfter: time.Second, MinBackoff: time.Millisecond, MaxBackoff: 50 * time.Millisecond,
	})
	must(err)
	go func() { must(u.Run(context.Background())) }()
	for i := 0; ; i++ {
		p, err := j.Append(context.Background(), scanned(time.Now(), i%3, i))
		must(err)
		fmt.Printf("%d %d\n", p.Epoch, p.Seq)
	}
}

// A box that is killed while it writes and delivers has promised some records;
// the province gets each of them, once.
func TestABoxKilledAgainAndAgainLosesNothing(t *testing.T) {
	kills := 4
	if os.Getenv("CHECKPOINT_SOAK") != "" {
		kills = 100
	}
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	r, _ := startCollector(t, receiving(broker.URL(), "a", s))
	dir := t.TempDir()
	var promised []checkpoint.Position
	for n := range kills {
		promised = append(promised, killedBox(t, broker.URL(), dir, 60+n*40%300)...)
	}
	b := newBox(t, boxID, func(o *journal.Options) { o.Dir = filepath.Join(dir, "journal") })
	b.connect(broker.URL())
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
	expectPromised(t, shared.Cluster(t), db, promised)
	if st := r.Stats(); st.Conflicts > 0 || st.Rejected > 0 {
		t.Errorf("stats %+v", st)
	}
}

// killedBox is a life of a box that ends after so many records.
func killedBox(t *testing.T, broker, dir string, records int) (promised []checkpoint.Position) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), runs+"="+broker+" "+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var p checkpoint.Position
		if _, err := fmt.Sscan(lines.Text(), &p.Epoch, &p.Seq); err != nil {
			break // cut by the kill
		}
		if promised = append(promised, p); len(promised) == records {
			_ = cmd.Process.Kill() // what it had still to say is read all the same
		}
	}
	if err := cmd.Wait(); err == nil || len(promised) < records {
		t.Fatalf("the box was not killed: %d records, %v", len(promised), err)
	}
	return promised
}

// expectPromised wants each of the records in the database.
func expectPromised(t *testing.T, c *postgrestest.Cluster, database string, promised []checkpoint.Position) {
	t.Helper()
	if len(promised) == 0 {
		t.Fatal("nothing was promised")
	}
	var epochs, seqs []int64
	for _, p := range promised {
		epochs, seqs = append(epochs, int64(p.Epoch)), append(seqs, int64(p.Seq))
	}
	lost := postgrestest.Value[int](t, c, database, `select count(*) from unnest($1::bigint[], $2::bigint[]) as p(epoch, seq)
		where not exists (select from checkpoint.record r where r.epoch = p.epoch and r.seq = p.seq)`, epochs, seqs)
	if lost > 0 {
		t.Errorf("%d of %d records that were on disk are lost", lost, len(promised))
	}
}

// A card that is full takes no record, and gives none up that the province
// lacks; it works again when marks have come, without anybody's help.
func TestABoxWhoseDiskIsFullGoesOnOnceTheProvinceHasItsRecords(t *testing.T) {
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	fs := lossfs.Mount(t, lossfs.Options{Capacity: 2 << 20})
	b := newBox(t, boxID, func(o *journal.Options) { o.Dir, o.SegmentBytes = fs.Dir(), 256<<10 })
	var promised []checkpoint.Position
	fill := func(most int) (full bool) {
		for range most {
			r := scanned(time.Now(), 1, len(promised))
			r.Address = strings.Repeat("x", 2000)
			p, err := b.Append(t.Context(), r)
			if errors.Is(err, journal.ErrFull) {
				return true
			}
			if err != nil {
				t.Fatal(err)
			}
			promised = append(promised, p)
		}
		return false
	}
	if !fill(2000) || len(promised) < 100 {
		t.Fatalf("a disk of 2 MB holds %d records", len(promised))
	}
	startCollector(t, receiving(broker.URL(), "a", s))
	b.connect(broker.URL())
	b.waitMarked()
	for before := len(promised); len(promised) < 3*before; b.waitMarked() {
		if fill(100) {
			t.Fatalf("full after %d records, although the province has them", len(promised))
		}
	}
	expectPromised(t, shared.Cluster(t), db, promised)
	if n := postgrestest.Value[int](t, shared.Cluster(t), db, "select count(*) from checkpoint.record"); n != len(promised) {
		t.Errorf("%d records, want %d", n, len(promised))
	}
}
