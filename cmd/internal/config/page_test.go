package config_test

import (
	"strings"
	"testing"
)

func TestThePageOnTheNetwork(t *testing.T) {
	for name, c := range map[string]struct{ page, fault string }{
		"an address":           {"listen = \"127.0.0.1:8080\"\nnetwork = \"192.0.2.7:8443\"", ""},
		"every address":        {"listen = \"127.0.0.1:8080\"\nnetwork = \"0.0.0.0:8443\"\nhosts = [\"cong-1.lan\", \"192.0.2.7\"]", ""},
		"reached by nothing":   {"listen = \"127.0.0.1:8080\"\nnetwork = \"0.0.0.0:8443\"", `page.hosts: missing`},
		"no local screen":      {"network = \"192.0.2.7:8443\"", `page.listen: missing`},
		"no port":              {"listen = \"127.0.0.1:8080\"\nnetwork = \"192.0.2.7\"", `page.network: "192.0.2.7": want`},
		"a name to listen on":  {"listen = \"127.0.0.1:8080\"\nnetwork = \"cong-1:8443\"", `page.network: "cong-1:8443": want`},
		"a host with a port":   {"listen = \"127.0.0.1:8080\"\nnetwork = \"192.0.2.7:8443\"\nhosts = [\"cong-1:8443\"]", `page.hosts[0]: "cong-1:8443": want`},
		"hosts and no network": {"listen = \"127.0.0.1:8080\"\nhosts = [\"cong-1\"]", `page.network: missing`},
	} {
		_, err := read(t, least+"\n[page]\n"+c.page+"\n")
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("%s: %v, want %q", name, err, c.fault)
		}
	}
}
