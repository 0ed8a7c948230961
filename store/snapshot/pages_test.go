package snapshot

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// fileOf writes a layer of so many blocks without entries.
func fileOf(t *testing.T, blocks uint32) (dir string, ref LayerRef) {
	t.Helper()
	dir = t.TempDir()
	w, err := newFileWriter(made(t, filepath.Join(dir, "new")))
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	for n := range blocks {
		var low Tag
		binary.BigEndian.PutUint32(low[:], n)
		b := (&blockBuilder{entries: make([]byte, n%50)}).bytes(low, low)
		if err := w.block(b); err != nil {
			t.Fatal(err)
		}
	}
	if ref, err = w.finish(Header{Format: layerFormat}); err != nil {
		t.Fatal(err)
	}
	return dir, ref
}

// bbolt itself must find nothing wrong with a file of any size, and every block
// and group where it belongs. The numbers are those at which a page, a group, a
// unit or a level of branch pages begins.
func TestBboltReadsWhatIsWritten(t *testing.T) {
	const twoLevels, threeLevels = 2 * branchFan, 2 * branchFan * branchFan
	for _, blocks := range []uint32{1, 2, 3, groupSlots, groupSlots + 1, unitBlocks, unitBlocks + 1, twoLevels, twoLevels + 1, unitBlocks*branchFan + 1, threeLevels + 1} {
		t.Run(fmt.Sprint(blocks), func(t *testing.T) {
			dir, ref := fileOf(t, blocks)
			db, err := bolt.Open(filepath.Join(dir, "new"), 0o400, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.View(func(tx *bolt.Tx) error {
				for err := range tx.Check() {
					t.Error(err)
				}
				plan := planFile(tx.Bucket(bucketHead).Get(keyHeader), blocks)
				if tx.Size() != plan.size() || ref.Header.Blocks != blocks {
					t.Errorf("%d bytes of %d blocks, want %d", tx.Size(), ref.Header.Blocks, plan.size())
				}
				counted(t, tx.Bucket(bucketBlocks), blocks)
				counted(t, tx.Bucket(bucketGroups), plan.groups)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// counted wants the keys to be the numbers below n, each found by a search.
func counted(t *testing.T, b *bolt.Bucket, n uint32) {
	t.Helper()
	i := uint32(0)
	if err := b.ForEach(func(k, v []byte) error {
		if binary.BigEndian.Uint32(k) != i || len(v) == 0 || string(b.Get(k)) != string(v) {
			return fmt.Errorf("key %x with %d bytes, want number %d", k, len(v), i)
		}
		i++
		return nil
	}); err != nil || i != n {
		t.Errorf("%d of %d keys: %v", i, n, err)
	}
}

// made makes an empty file.
func made(t *testing.T, path string) string {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
