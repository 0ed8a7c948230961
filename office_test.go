package checkpoint_test

import (
	"os"
	"os/exec"
	"testing"
)

// What offices run on their own computers compiles there: the tool that writes
// cards, and the province's. Nobody ran it there.
func TestOfficeProgramsCompileForOfficeComputers(t *testing.T) {
	for _, system := range [][2]string{{"windows", "amd64"}, {"darwin", "arm64"}} {
		cmd := exec.Command("go", "build", "./cmd/checkpointctl", "./cmd/provincectl") // of two programs nothing is linked
		cmd.Env = append(os.Environ(), "GOOS="+system[0], "GOARCH="+system[1], "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s/%s: %v\n%s", system[0], system[1], err, out)
		}
	}
}
