package rig

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys"
)

// Sample invents the province "mau" with the real commands, in dir: keys (once),
// sample (people, rules and cards), and snap, today's snapshot signed by two officers.
func Sample(ctx context.Context, bin, dir string, people int, io cli.IO) error {
	at := func(name string) string { return filepath.Join(dir, name) }
	number := fmt.Sprint(time.Now().Unix()) // rises from run to run
	steps := [][]string{
		{"sample", "--people", fmt.Sprint(people), "--seed", "7", "--out", at("sample")},
		{"snapshot", "build", "--people", at("sample/people.csv"), "--doses", at("sample/doses.csv"), "--cases", at("sample/cases.csv"), "--withdrawn", at("sample/withdrawn.csv"), "--policy", at("sample/policy.toml"), "--keys", at("keys"), "--stretch=false", "--number", number, "--out", at("snap")},
		{"snapshot", "sign", "--key", at("keys/" + keys.OfficerFile(1)), "--confirm", number, at("snap")},
		{"snapshot", "sign", "--key", at("keys/" + keys.OfficerFile(2)), "--confirm", number, at("snap")},
	}
	if _, err := os.Stat(at("keys/" + keys.ProvinceFile)); errors.Is(err, fs.ErrNotExist) {
		steps = append([][]string{{"keys", "init", "--province", "mau", "--stretch=false", "--out", at("keys")}}, steps...)
	}
	if err := os.RemoveAll(at("snap")); err != nil {
		return err
	}
	for _, args := range steps {
		cmd := exec.CommandContext(ctx, filepath.Join(bin, "provincectl"), args...)
		cmd.Stdout, cmd.Stderr = io.Out, io.Err
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("provincectl %s: %w", args[0], err)
		}
	}
	return nil
}
