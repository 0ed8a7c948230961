// Package tufkeys translates between the officers of this product and the keys
// in a TUF root, for those who publish snapshots and those who fetch them.
// Officers hold the roles root and targets; an online key holds the others.
package tufkeys

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
)

// Root is TUF's root metadata.
type Root = metadata.Metadata[metadata.RootType]

// ID is TUF's name of a key.
func ID(key ed25519.PublicKey) (string, error) {
	k, err := metadata.KeyFromPublicKey(key)
	if err != nil {
		return "", err
	}
	return k.ID()
}

// Appoint gives the officers their roles in a root.
func Appoint(root *Root, officers snapshot.KeySet) error {
	for _, role := range []string{metadata.ROOT, metadata.TARGETS} {
		for _, k := range officers.Keys {
			if err := add(root, ed25519.PublicKey(k.Key), role); err != nil {
				return err
			}
		}
		root.Signed.Roles[role].Threshold = officers.Threshold
	}
	return nil
}

// AppointOnline gives the online key its roles.
func AppointOnline(root *Root, key ed25519.PublicKey) error {
	return errors.Join(add(root, key, metadata.SNAPSHOT), add(root, key, metadata.TIMESTAMP))
}

func add(root *Root, key ed25519.PublicKey, role string) error {
	k, err := metadata.KeyFromPublicKey(key)
	if err != nil {
		return err
	}
	return root.Signed.AddKey(k, role)
}

// Officers are those whose signatures a manifest needs under this root.
func Officers(root *Root) (snapshot.KeySet, error) {
	role := root.Signed.Roles[metadata.TARGETS]
	if role == nil || role.Threshold < 1 {
		return snapshot.KeySet{}, errors.New("root names no officers")
	}
	set := snapshot.KeySet{Threshold: role.Threshold}
	for _, id := range role.KeyIDs {
		key := root.Signed.Keys[id]
		if key == nil || key.Type != metadata.KeyTypeEd25519 {
			return snapshot.KeySet{}, fmt.Errorf("root: key %.8s is no Ed25519 key", id)
		}
		public, err := key.ToPublicKey()
		if err != nil {
			return snapshot.KeySet{}, fmt.Errorf("root: key %.8s: %w", id, err)
		}
		set.Keys = append(set.Keys, snapshot.PublicKey{Name: id[:8], Key: snapshot.HexData(public.(ed25519.PublicKey))})
	}
	return set, nil
}

// SignedBy checks that as many of the officers as must agree have signed the
// root, whatever the root says of itself.
func SignedBy(root *Root, officers snapshot.KeySet) error {
	by := metadata.Root()
	if err := Appoint(by, officers); err != nil {
		return err
	}
	return by.VerifyDelegate(metadata.ROOT, root)
}
