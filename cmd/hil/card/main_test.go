package card

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"checkpoint/store/keys"
)

// root of the checkout.
const root = "../../.."

// given is a folder with an image that is to be tested as it is: a release.
var given = os.Getenv("CHECKPOINT_IMAGE")

// imageFile is one of what image/build leaves.
func imageFile(name string) string {
	if given != "" {
		return filepath.Join(given, name)
	}
	return filepath.Join(root, "bin", "image", name)
}

// updateKeys is the directory of the keys whose bundles the image believes; those
// of a given image, or some of the hour.
var updateKeys = os.Getenv("CHECKPOINT_UPDATE_KEYS")

// TestMain builds the image, unless one is given. What does not depend on this
// checkout's own programs comes from .cache/image after the first time.
func TestMain(m *testing.M) {
	if given != "" {
		os.Exit(m.Run())
	}
	os.Exit(testBuilt(m))
}

func testBuilt(m *testing.M) int {
	dir, err := os.MkdirTemp("", "update-keys")
	if err == nil {
		defer os.RemoveAll(dir)
		updateKeys = dir
		err = keys.InitSystem(updateKeys, "mau")
	}
	if err == nil {
		err = build("1.0.0", "", "--uncompressed")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "image/build:", err)
		return 1
	}
	return m.Run()
}

// build runs image/build, with a folder laid over the system's files.
func build(version, over string, args ...string) error {
	cmd := exec.Command(filepath.Join(root, "image", "build"), args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	// Little compression: it is thrown away.
	cmd.Env = append(os.Environ(), "SYSTEM_VERSION="+version, "SYSTEM_FLOOR=", "IMAGE_OVER="+over, "IMAGE_LEVEL=3", "UPDATE_KEYRING="+filepath.Join(updateKeys, keys.SystemKeyringFile))
	return cmd.Run()
}
