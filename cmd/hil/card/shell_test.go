package card

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// technician has the key that checkpoint.toml of the card names.
type technician struct {
	key    ssh.Signer
	client *ssh.Client
}

func newTechnician(t *testing.T) *technician {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, err := ssh.NewSignerFromKey(private)
	must(t, err)
	return &technician{key: key}
}

// seed replaces the card's checkpoint.toml.
func (n *technician) seed(t *testing.T, card string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "checkpoint.toml")
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(n.key.PublicKey())))
	must(t, os.WriteFile(file, fmt.Appendf(nil, "ssh_key = %q\n", line), 0o600))
	begin, _ := partitionOf(t, card, 1)
	run(t, "mcopy", "-o", "-i", card+"@@"+strconv.FormatInt(begin, 10), file, "::checkpoint.toml")
}

// forwarded is the line of QEMU's that says where the board's SSH is.
var forwarded = regexp.MustCompile(`TCP\[HOST_FORWARD\] +\d+ +127\.0\.0\.1 +(\d+) .*22`)

// login waits until the board takes the key.
func (m *machine) login(n *technician) {
	m.t.Helper()
	where := forwarded.FindStringSubmatch(m.command("info usernet"))
	if where == nil {
		m.t.Fatal("no port leads to the board's SSH")
	}
	config := &ssh.ClientConfig{
		User: "root", Auth: []ssh.AuthMethod{ssh.PublicKeys(n.key)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // it made the key a moment ago
		Timeout:         patience,
	}
	m.await("a login by SSH", func() (ok bool) {
		var err error
		n.client, err = ssh.Dial("tcp", "127.0.0.1:"+where[1], config)
		return err == nil
	})
	m.t.Cleanup(func() { n.client.Close() })
}

// run gives the output of a command on the board.
func (n *technician) run(t *testing.T, command string) string {
	t.Helper()
	session, err := n.client.NewSession()
	must(t, err)
	defer session.Close()
	out, err := session.CombinedOutput(command)
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}
