package config_test

import (
	"strings"
	"testing"
)

func TestMetricsStayOnTheMachine(t *testing.T) {
	for listen, good := range map[string]bool{"127.0.0.1:9273": true, "[::1]:9273": true, "": true, "0.0.0.0:9273": false, ":9273": false, "192.168.1.2:9273": false, "127.0.0.1": false, "box:9273": false} {
		_, err := read(t, least+"\n[metrics]\nlisten = \""+listen+"\"\n")
		if good != (err == nil) || err != nil && !strings.Contains(err.Error(), "metrics.listen: ") {
			t.Errorf("%q: %v", listen, err)
		}
	}
}
