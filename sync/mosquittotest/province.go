package mosquittotest

import (
	"os"
	"path/filepath"
	"strings"
)

// Certificates gives the PEM files of an authority, and of a certificate of that
// name and its key. [Authority] is one.
type Certificates interface {
	Files(name string) (ca, cert, key string)
}

// StartProvince runs a broker on the files that docs/broker gives to a
// province, with this test's paths, port and certificates in the place of theirs.
func StartProvince(t TB, docs, province string, a Certificates) *Broker {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(docs, "broker", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	ca, cert, key := a.Files("broker")
	return StartFile(t, func(port, dir string) string {
		acl := filepath.Join(dir, "acl")
		if err := os.WriteFile(acl, []byte(strings.ReplaceAll(read("acl"), "PROVINCE", province)), 0o600); err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer(
			"listener 8883", "listener "+port+" 127.0.0.1",
			"/etc/mosquitto/checkpoint.acl", acl,
			"/etc/mosquitto/certs/province-ca.pem", ca,
			"/etc/mosquitto/certs/broker.pem", cert,
			"/etc/mosquitto/certs/broker.key", key,
			"/var/lib/mosquitto/", dir+"/",
		).Replace(read("mosquitto.conf"))
	})
}
