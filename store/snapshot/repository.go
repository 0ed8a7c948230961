package snapshot

import (
	"encoding/hex"
	"path"
)

// A repository is a directory that any web server, or a USB stick, can offer:
//
//	N.root.json, N.targets.json, N.snapshot.json, timestamp.json   TUF metadata
//	targets/SHA256.manifest.cbor     the one target: what the officers sign
//	targets/SHA256.signatures.cbor   their signatures, which prove themselves
//	layers/ROOT.stream               layers, proven by the manifest
//
// The version of targets is the number of the snapshot.

// TargetName is the manifest's name in the TUF metadata.
const TargetName = manifestName

// ManifestPath is where a repository keeps the manifest with this SHA-256.
func ManifestPath(sum []byte) string {
	return path.Join("targets", hex.EncodeToString(sum)+"."+manifestName)
}

// SignaturesPath is where it keeps the signatures of that manifest.
func SignaturesPath(sum []byte) string {
	return path.Join("targets", hex.EncodeToString(sum)+"."+signaturesName)
}

// StreamPath is where it keeps a layer.
func StreamPath(ref LayerRef) string {
	return path.Join(layersName, hex.EncodeToString(ref.Root[:])+".stream")
}
