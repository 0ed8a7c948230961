package control_test

import (
	"context"
	"errors"
	"testing"

	"checkpoint"
	"checkpoint/console/control"
)

// camera shows its name.
type camera struct {
	shows string
	asked int
	err   error
}

func (c *camera) Picture(context.Context) ([]byte, checkpoint.Distance, error) {
	c.asked++
	return []byte(c.shows), checkpoint.TooFar, c.err
}

func TestPicturesComeFromTheCameraThatIsNamed(t *testing.T) {
	one, two, three := &camera{shows: "one"}, &camera{shows: "two"}, &camera{err: errors.New("the camera gives no picture")}
	_, c := daemon(t, &control.Server{Cameras: map[control.CameraName]control.Camera{{Lane: "1", Reader: "a"}: one, {Lane: "1", Reader: "b b"}: two, {Lane: "2", Reader: "a"}: three}})
	jpeg, d, err := c.Picture(t.Context(), control.CameraName{Reader: "b b"})
	if string(jpeg) != "two" || d != checkpoint.TooFar || err != nil {
		t.Errorf("%q, %q, %v", jpeg, d, err)
	}
	if one.asked+three.asked > 0 {
		t.Error("a camera was asked that nobody named")
	}
	for _, name := range []control.CameraName{{}, {Lane: "1"}, {Reader: "a"}, {Lane: "3"}, {Lane: "2", Reader: "b b"}} {
		if _, _, err := c.Picture(t.Context(), name); err == nil {
			t.Errorf("%+v: a picture", name)
		}
	}
	refused := new(control.Refusal)
	if _, _, err := c.Picture(t.Context(), control.CameraName{Lane: "2"}); !errors.As(err, &refused) || refused.Why != "the camera gives no picture" {
		t.Errorf("a camera that fails: %v", err)
	}
}
