package main

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"checkpoint/console/control"
	"checkpoint/console/page"
	"checkpoint/scanner"
	"checkpoint/store/keys"
	"checkpoint/store/photos"
)

// album is the store of photos from when it could be opened. Until then there are
// none, and forms go without.
type album struct{ store atomic.Pointer[photos.Store] }

var errNoAlbum = errors.New("there is no store of photos")

// Waiting, Read, Remove and Changed implement uplink.Photos.
func (a *album) Waiting() []photos.Photo {
	if s := a.store.Load(); s != nil {
		return s.Waiting()
	}
	return nil
}

func (a *album) Read(id photos.ID) ([]byte, error) {
	if s := a.store.Load(); s != nil {
		return s.Read(id)
	}
	return nil, errNoAlbum
}

func (a *album) Remove(id photos.ID) error {
	if s := a.store.Load(); s != nil {
		return s.Remove(id)
	}
	return nil
}

func (a *album) Changed() <-chan struct{} {
	if s := a.store.Load(); s != nil {
		return s.Changed()
	}
	return nil
}

// status is how much waits to be sent; nil: nothing does.
func (a *album) status() *control.Photos {
	wait := a.Waiting()
	if len(wait) == 0 {
		return nil
	}
	s := &control.Photos{Waiting: len(wait), Oldest: wait[0].Time}
	for _, p := range wait {
		s.Bytes += p.Size
	}
	return s
}

// openAlbum opens it once the province's key is there to seal to.
func (b *box) openAlbum() error {
	if b.trust.Province == "" {
		return errors.New("there are no province keys to seal photos to")
	}
	key, err := keys.RecordsPublic(b.trust)
	if err != nil {
		return err
	}
	s, err := photos.New(photos.Options{Dir: b.path("photos"), Province: b.config.Province, Box: b.config.Box, Key: key, Room: b.room})
	if err != nil {
		return err
	}
	b.album.store.Store(s)
	return nil
}

// room is how many bytes the card has left.
func (b *box) room() (int64, error) {
	var fs unix.Statfs_t
	err := unix.Statfs(b.config.StateDir, &fs)
	return int64(fs.Bavail) * int64(fs.Bsize), err
}

// photographer is what the page may ask of cameras and photos.
type photographer struct{ *box }

var _ page.Photos = photographer{}

// camera is the first of a lane's that is there; nil: none is.
func (p photographer) camera(name string) *scanner.Camera {
	l, err := desk(p).lane(name)
	if err != nil {
		return nil
	}
	for _, r := range p.readers[l] {
		if r.Camera != nil && r.Fault() == "" {
			return r.Camera
		}
	}
	return nil
}

func (p photographer) Can(lane string) bool {
	return p.album.store.Load() != nil && p.camera(lane) != nil
}

func (p photographer) Take(ctx context.Context, lane string) (string, error) {
	camera, store := p.camera(lane), p.album.store.Load()
	if camera == nil || store == nil {
		return "", errNoAlbum
	}
	picture, err := camera.Photo(ctx)
	if err != nil {
		return "", err
	}
	now, _ := p.clock.Now()
	id, err := store.Take(lane, picture, now)
	switch {
	case errors.Is(err, photos.ErrFull):
		p.log.Warn("photo of a paper form not kept: no room", "lane", lane)
		return "", page.ErrPhotoFull
	case err != nil:
		p.log.Error("photo of a paper form not kept", "lane", lane, "error", err)
		return "", err
	}
	return id.String(), nil
}

func (p photographer) Use(lane, name string) error {
	id, err := photos.ParseID(name)
	if err != nil {
		return err
	}
	if s := p.album.store.Load(); s != nil {
		return s.Use(lane, id)
	}
	return errNoAlbum
}

func (p photographer) Drop(lane, name string) error {
	id, err := photos.ParseID(name)
	if err != nil {
		return err
	}
	if s := p.album.store.Load(); s != nil {
		return s.Drop(lane, id)
	}
	return errNoAlbum
}
