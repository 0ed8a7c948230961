package postgrestest_test

import (
	"testing"

	"checkpoint/sync/postgrestest"
)

// What was committed before a crash is there after it, at the same address:
// without that no test of the collector would prove anything.
func TestWhatIsCommittedSurvivesAKill(t *testing.T) {
	c := postgrestest.Start(t)
	c.Exec(t, "postgres", "create table kept (n int); insert into kept select generate_series(1, 1000)")
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if n := postgrestest.Value[int](t, c, "postgres", "select count(*) from kept"); n != 1000 {
		t.Fatalf("%d rows after the crash, want 1000", n)
	}
	if on := postgrestest.Value[string](t, c, "postgres", "show fsync"); on != "on" {
		t.Fatal("the cluster does not write through to the disk")
	}
}
