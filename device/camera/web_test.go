//go:build linux

package camera

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint/device/node"
)

// serve is a camera on the network, with an address whose query is secret.
func serve(t *testing.T, camera http.HandlerFunc) Config {
	t.Helper()
	s := httptest.NewServer(camera)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return Config{URL: s.URL + "/live?key=geheim", FPS: 100, TimeoutSeconds: 60}
}

// stream sends pictures in parts until the caller goes, each as part has it.
func stream(kind string, part func(width int, jpeg []byte) string, t *testing.T) http.HandlerFunc {
	var pictures [][]byte
	for width := 65; width < 68; width++ {
		pictures = append(pictures, encoded(t, coloured(width, 64)))
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; r.Context().Err() == nil; i++ {
			if _, err := w.Write([]byte(part(65+i%3, pictures[i%3]))); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func TestStreamsAsCamerasSendThem(t *testing.T) {
	for name, c := range map[string]struct {
		kind string
		part func(int, []byte) string
	}{
		"by the book": {"multipart/x-mixed-replace; boundary=next", func(_ int, b []byte) string {
			return fmt.Sprintf("--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n", len(b), b)
		}},
		"the boundary announced with its dashes": {"multipart/x-mixed-replace;boundary=--next", func(_ int, b []byte) string {
			return fmt.Sprintf("--next\r\ncontent-length:%d\r\n\r\n%s\r\n", len(b), b)
		}},
		"without a length": {"multipart/x-mixed-replace; boundary=next", func(_ int, b []byte) string {
			return fmt.Sprintf("\r\n--next\r\nContent-Type: image/jpeg\r\n\r\n%s", b)
		}},
		"lines that end with LF": {"multipart/x-mixed-replace; boundary=\"next\"", func(_ int, b []byte) string {
			return fmt.Sprintf("--next\nContent-Length: %d\n\n%s\n", len(b), b)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			camera := open(t, serve(t, stream(c.kind, c.part, t)))
			for _, width := range []int{65, 66, 67, 65} {
				camera.picture(t, fmt.Sprint("the picture of width ", width), wide(width))
			}
		})
	}
}

func TestAPictureIsAskedForAgainAndAgain(t *testing.T) {
	var asked atomic.Int32
	c := open(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(encoded(t, coloured(64+int(asked.Add(1)), 64)))
	}))
	for width := 65; width < 70; width += 2 {
		c.picture(t, fmt.Sprint("a picture at least as wide as ", width), func(p plane) bool { return p.width >= width })
	}
}

func TestWhatACameraDoesWrongIsSaidWithoutSecrets(t *testing.T) {
	page := func(kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Write([]byte(text))
		}
	}
	mixed := "multipart/x-mixed-replace; boundary=b"
	for name, c := range map[string]struct {
		camera http.HandlerFunc
		want   string
	}{
		"a page":          {page("text/html", "<html>"), "name the address of its picture"},
		"no such address": {func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, "404"},
		"sent elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere/", http.StatusFound)
		}, "sends us elsewhere"},
		"what no camera needs": {page("image/jpeg", strings.Repeat("x", 3_000_000)), "set the camera to 1280 × 720, or to a lower quality"},
		"a huge picture":       {page("image/jpeg", strings.Repeat("x", mostBytes+1)), "a picture of more than"},
		"a huge part":          {page(mixed, "--b\r\nContent-Length: 1000000000\r\n\r\n"), "a picture of more than"},
		"a part without end":   {page(mixed, "--b\r\n\r\n"+strings.Repeat("x", mostBytes+100_000)), "a picture of more than"},
		"no parts":             {page(mixed, strings.Repeat("x\r\n", 1000)), "no parts"},
		"a line without end":   {page(mixed, strings.Repeat("x", 100_000)), "no parts"},
		"headers without end":  {page(mixed, "--b\r\n"+strings.Repeat("X-A: b\r\n", 1000)), "no parts"},
		"the end":              {page(mixed, "--b\r\nContent-Length: 10\r\n\r\nhalf"), "the stream has ended"},
		"a password wanted":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "wants another user and password"},
	} {
		t.Run(name, func(t *testing.T) {
			err := open(t, serve(t, c.camera)).end(t)
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "/live") || strings.Contains(err.Error(), "geheim") {
				t.Errorf("%v, want %q and the address without its query", err, c.want)
			}
		})
	}
	gone := serve(t, nil)
	gone.URL = "http://127.0.0.1:1/live?key=geheim"
	if err := open(t, gone).end(t); strings.Contains(err.Error(), "geheim") {
		t.Errorf("the query is shown: %v", err)
	}
}

// A camera that goes silent in the middle is lost after the time-out, and closing
// waits for nobody.
func TestASilentCameraIsLost(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(encoded(t, coloured(64, 64))[:100])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s.TimeoutSeconds = 1
	c := open(t, s)
	if err := c.end(t); !strings.Contains(err.Error(), "no picture for 1s") {
		t.Errorf("silence: %v", err)
	}
}

// withLogin is a camera's configuration with a credential of its own.
func withLogin(t *testing.T, c Config, line string) Config {
	c.Credential = filepath.Join(t.TempDir(), "secret")
	write(t, c.Credential, []byte(line))
	return c
}

func TestCamerasThatAskForAPassword(t *testing.T) {
	jpeg := encoded(t, coloured(64, 64))
	basic := func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "box" || password != "a:b c" {
			w.Header().Set("WWW-Authenticate", `Basic realm="camera"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(jpeg)
	}
	var nonces atomic.Int32
	digest := func(w http.ResponseWriter, r *http.Request) {
		nonce := fmt.Sprint("nonce", nonces.Load()/3) // a nonce is good for some pictures only
		nonces.Add(1)
		p := parameters(strings.TrimPrefix(r.Header.Get("Authorization"), "Digest "))
		sum := func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
		want := sum(strings.Join([]string{sum("box:the camera:a:b c"), nonce, p["nc"], p["cnonce"], "auth", sum("GET:/live?key=geheim")}, ":"))
		if p["response"] != want || p["nonce"] != nonce {
			w.Header().Add("WWW-Authenticate", `Basic realm="camera"`)
			w.Header().Add("WWW-Authenticate", fmt.Sprintf(`Digest realm="the camera", qop="auth,auth-int", nonce=%q, algorithm=MD5, stale=FALSE`, nonce))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(jpeg)
	}
	for name, camera := range map[string]http.HandlerFunc{"basic": basic, "digest": digest} {
		c := open(t, withLogin(t, serve(t, camera), "box:a:b c\n"))
		for range 5 {
			c.picture(t, name, wide(64))
		}
		if err := open(t, withLogin(t, serve(t, camera), "box:wrong\n")).end(t); !strings.Contains(err.Error(), "another user and password") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s, wrong password: %v", name, err)
		}
	}
	if _, err := Open(withLogin(t, Config{URL: "http://127.0.0.1:1/"}, "no colon"), node.Config{}); err == nil || strings.Contains(err.Error(), "no colon") {
		t.Errorf("a file without a colon: %v", err)
	}
}

// The example of RFC 7616, section 3.9.1.
func TestDigestByTheStandard(t *testing.T) {
	for algorithm, want := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		l := login{user: "Mufasa", password: "Circle of Life"}
		if !l.challenged([]string{`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=` + algorithm +
			`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`}) {
			t.Fatal("the challenge is not understood")
		}
		header := l.answer("GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
		if p := parameters(strings.TrimPrefix(header, "Digest ")); p["response"] != want || p["nc"] != "00000001" {
			t.Errorf("%s: %s", algorithm, header)
		}
	}
	if new(login).challenged([]string{`Digest realm="x", nonce="y", algorithm=MD5-sess`, "Negotiate"}) {
		t.Error("a challenge that cannot be answered is taken")
	}
}

func TestTheCamerasCertificateIsChecked(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(encoded(t, coloured(64, 64)))
	}))
	defer s.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	write(t, ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	open(t, Config{URL: s.URL + "/", CA: ca, FPS: 100, TimeoutSeconds: 60}).picture(t, "a picture", wide(64))
	if err := open(t, Config{URL: s.URL + "/", FPS: 100, TimeoutSeconds: 60}).end(t); !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown authority: %v", err)
	}
	write(t, ca, []byte("none"))
	if _, err := Open(Config{URL: s.URL + "/", CA: ca}, node.Config{}); err == nil || !strings.Contains(err.Error(), "holds no certificate") {
		t.Errorf("a file without a certificate: %v", err)
	}
}

// Whatever comes over the wire: no panic, no more memory than a picture may have.
func FuzzParts(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Length: 3\r\n\r\nabc\r\n--b\r\n\r\nabc\r\n--b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := &parts{in: bufio.NewReader(bytes.NewReader(b))}
		var buf []byte
		for range 100 {
			var err error
			if buf, err = p.next(buf); err != nil {
				if !errors.Is(err, errEnded) && !errors.Is(err, errNoParts) && !errors.Is(err, errLarge) {
					t.Errorf("%v", err)
				}
				return
			}
			if len(buf) > len(b) {
				t.Error("more than there is")
			}
		}
	})
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="a\"b", nonce=c, qop="auth"`)
	f.Fuzz(func(t *testing.T, s string) {
		l := login{user: "a", password: "b"}
		if l.challenged([]string{s}) && l.scheme == "Digest" && !strings.Contains(l.answer("GET", "/", "c"), "response=") {
			t.Error("an answer without a response")
		}
	})
}
