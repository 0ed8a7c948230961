package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"checkpoint/store/durable"
)

// A snapshot directory, as the builder makes it and a USB stick carries it:
//
//	manifest.cbor    what is signed
//	signatures.cbor  who signed it
//	layers/          one file a layer, named by its root
const (
	manifestName   = "manifest.cbor"
	signaturesName = "signatures.cbor"
	layersName     = "layers"
)

// maxManifest bounds what is read before anything of it was proven. A manifest
// carries a policy of some kilobytes.
const maxManifest = 1 << 20

// LayersDir is where a snapshot directory keeps its layers.
func LayersDir(dir string) string { return filepath.Join(dir, layersName) }

// WriteBundle puts an unsigned manifest into a snapshot directory, and takes
// signatures of an earlier one away.
func WriteBundle(dir string, m Manifest) error {
	b, err := EncodeManifest(m)
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := os.Remove(filepath.Join(dir, signaturesName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := durable.Replace(filepath.Join(dir, manifestName), b, 0o644); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}

// ReadBundle reads manifest and signatures; a directory without signatures has
// none. Nothing is checked: use [Accept].
func ReadBundle(dir string) (manifest []byte, signatures []Signature, err error) {
	manifest, err = durable.ReadForeign(filepath.Join(dir, manifestName), maxManifest)
	if err != nil {
		return nil, nil, fmt.Errorf("read snapshot: %w", err)
	}
	b, err := durable.ReadForeign(filepath.Join(dir, signaturesName), maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read snapshot: %w", err)
	}
	if signatures, err = DecodeSignatures(b); err != nil {
		return nil, nil, fmt.Errorf("read snapshot: %w: signatures: %w", ErrUntrusted, err)
	}
	return manifest, signatures, nil
}

// PeekManifest reads a manifest without believing it, for builders and for
// people who want to look before they sign.
func PeekManifest(manifest []byte) (Manifest, error) {
	var m Manifest
	return m, decode(manifest, &m)
}

// AddSignature adds one to a snapshot directory, in the place of an earlier
// one by the same key.
func AddSignature(dir string, s Signature) error {
	_, list, err := ReadBundle(dir)
	if err != nil {
		return err
	}
	kept := []Signature{}
	for _, have := range list {
		if have.Key != s.Key {
			kept = append(kept, have)
		}
	}
	b, err := EncodeSignatures(append(kept, s))
	if err != nil {
		return fmt.Errorf("add signature: %w", err)
	}
	if err := durable.Replace(filepath.Join(dir, signaturesName), b, 0o644); err != nil {
		return fmt.Errorf("add signature: %w", err)
	}
	return nil
}
