package main

import (
	"os"
	"testing"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/faults"
	"checkpoint/device/gate"
)

// Of several troubles the one is told that is mended first; what lies in the
// province, or a person can see, is none.
func TestWhichTroubleTheLampsTell(t *testing.T) {
	for name, c := range map[string]struct {
		told []faults.Code
		want gate.Trouble
	}{
		"well":                  {nil, gate.Well},
		"out of service":        {[]faults.Code{faults.NotConfigured}, gate.NoConfiguration},
		"cable out":             {[]faults.Code{faults.CableOut}, gate.NoNetwork},
		"no way to the broker":  {[]faults.Code{faults.BrokerUnreachable}, gate.NoNetwork},
		"not approved":          {[]faults.Code{faults.KeysUnusable, faults.ClockNotTrusted}, gate.NotApproved},
		"no data, and no clock": {[]faults.Code{faults.ClockNotTrusted, faults.NoSnapshot}, gate.NoData},
		"damaged data":          {[]faults.Code{faults.SnapshotDamaged}, gate.NoData},
		"no clock":              {[]faults.Code{faults.ClockNotTrusted}, gate.NoTime},
		"nothing of a lamp's":   {[]faults.Code{faults.CollectorAbsent, faults.ScannerGone, faults.QueueOld}, gate.Well},
	} {
		var told []faults.Found
		for _, code := range c.told {
			told = append(told, faults.Found{Code: code})
		}
		if got := troubleOf(told); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// A box that is out of service starts again by itself once its configuration
// holds: nobody is there to restart it.
func TestAMendedConfigurationEndsOutOfService(t *testing.T) {
	t.Parallel() // looks every five seconds
	r := newRig(t, settings{})
	config := r.path("late.toml")
	d := r.startWith(config, "RUNTIME_DIRECTORY="+r.settings.Run)
	if s, err := d.status(); err != nil || s.Fault == "" {
		t.Fatalf("%+v %v", s, err)
	}
	r.must(os.Rename(r.configure(), config))
	<-d.exited
	if code := d.cmd.ProcessState.ExitCode(); code != cli.Again {
		t.Errorf("exit code %d, want %d\n%s", code, cli.Again, d.log.String())
	}
	again := r.startWith(config)
	if s, err := again.status(); err != nil || s.Box != "thu-0001" {
		t.Errorf("%+v %v", s, err)
	}
}

func TestUnknownWiringIsRefused(t *testing.T) {
	cmd := daemonCommand(t, nil, "--wiring", "mine")
	_ = cmd.Run() // the exit code says more
	if code := cmd.ProcessState.ExitCode(); code != cli.BadArguments {
		t.Errorf("exit code %d", code)
	}
}
