package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	stdio "io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"checkpoint/store/build/changes"
	"checkpoint/store/snapshot"
)

// describe shows what is in the manifest that is to be signed, whatever it can
// be compared with.
func (s *side) describe(w stdio.Writer) {
	m := &s.manifest
	fmt.Fprintf(w, "%s: bản / snapshot %d, dữ liệu lúc / data of %s, stretch %d\n", m.Province, m.Number, m.CreatedAt().Format(time.RFC3339), m.Stretch)
	for _, l := range m.Layers {
		h := l.Header
		fmt.Fprintf(w, "  lớp / layer %x: %s of %d, %d người / people, %d giấy tờ khác / further documents, %d bỏ / removed\n", l.Root[:8], h.Kind, h.Number, h.People, h.Aliases, h.Tombstones)
	}
	for _, l := range m.Sites {
		fmt.Fprintf(w, "  danh sách của nơi / lists of site %s: %d người / people, %x\n", l.Site, l.Layer.Header.Aliases, l.Layer.Root[:8])
	}
	fmt.Fprintf(w, "  quy định / policy: %s\n", s.policyWords())
	if len(m.Trusted) > 0 {
		fmt.Fprintf(w, "  danh sách tin cậy / trust list: %s, sha256 %s\n", trustWords(m.Trusted), short(m.Trusted))
	}
	if len(m.Zones) > 0 {
		fmt.Fprintf(w, "  cấp độ dịch của các xã / levels of communes: %s\n", zoneWords(m.Zones))
	}
}

func (s *side) policyWords() string {
	return fmt.Sprintf("%s (số / no. %d), sha256 %s", s.policy.Name(), s.policy.Number(), short(s.manifest.Policy))
}

// short is enough of a hash for two people to compare by voice.
func short(b []byte) string {
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%x", sum[:8])
}

// against shows how the manifest differs from another one.
func (s *side) against(w stdio.Writer, old side) {
	fmt.Fprintf(w, "so với bản / compared with snapshot %d (%s):\n", old.manifest.Number, filepath.Base(old.dir))
	if bytes.Equal(old.manifest.Policy, s.manifest.Policy) {
		fmt.Fprintln(w, "  quy định giữ nguyên / policy the same")
	} else {
		fmt.Fprintf(w, "  quy định ĐỔI / policy CHANGED, was %s\n", old.policyWords())
	}
	if !bytes.Equal(old.manifest.Trusted, s.manifest.Trusted) {
		fmt.Fprintln(w, "  danh sách tin cậy ĐỔI / trust list CHANGED")
	}
	if !bytes.Equal(old.manifest.Zones, s.manifest.Zones) {
		fmt.Fprintln(w, "  cấp độ dịch của các xã ĐỔI / levels of communes CHANGED")
	}
	kept := 0
	for _, l := range s.manifest.Layers {
		if slices.ContainsFunc(old.manifest.Layers, func(o snapshot.LayerRef) bool { return o.Root == l.Root }) {
			kept++
		}
	}
	fmt.Fprintf(w, "  lớp / layers: %d giữ / kept, %d mới / new, %d bỏ / gone\n", kept, len(s.manifest.Layers)-kept, len(old.manifest.Layers)-kept)
}

// lacks tells whether a layer's file is not in the directory, as in what an
// abort makes: boxes and the repository have it.
func (s *side) lacks() bool {
	return slices.ContainsFunc(s.manifest.All(), func(l snapshot.LayerRef) bool {
		_, err := os.Stat(filepath.Join(snapshot.LayersDir(s.dir), l.FileName()))
		return errors.Is(err, fs.ErrNotExist)
	})
}

// origin holds a snapshot whose layers lie elsewhere against the signed one that
// it goes back to. Nothing else proves who is in it.
func (o *signOptions) origin(w stdio.Writer, it side) ([]changes.Alarm, error) {
	if !it.lacks() {
		return nil, nil
	}
	trust, err := o.province()
	if err != nil {
		return nil, err
	}
	var also []string
	if o.against != "" {
		also = []string{o.against}
	}
	found, err := changes.FindOrigin(it.dir, it.manifest, trust, also...)
	switch {
	case err != nil:
		return nil, err
	case found.Dir == "":
		return []changes.Alarm{changes.LayersUnseen}, nil
	case found.Same:
		fmt.Fprintf(w, "quay lại bản đã ký %d, chỉ khác số / goes back to the signed snapshot %d (%s): all but the number is the same\n", found.Manifest.Number, found.Manifest.Number, filepath.Base(found.Dir))
		return nil, nil
	}
	back, err := openSide(found.Dir)
	if err != nil {
		return nil, err
	}
	it.against(w, back)
	if back.manifest.Created != it.manifest.Created {
		fmt.Fprintf(w, "  dữ liệu lúc ĐỔI / time of the data CHANGED, was %s\n", back.manifest.CreatedAt().Format(time.RFC3339))
	}
	return []changes.Alarm{changes.BackDiffers}, nil
}
