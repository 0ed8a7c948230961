package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"checkpoint/cmd/internal/wayout"
)

// A box whose network has no other way out goes by its proxy, with the password
// that systemd hands over and that no environment shows.
func TestTheDaemonGoesOutByItsProxy(t *testing.T) {
	type asked struct{ method, host, authorization string }
	came := make(chan asked, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case came <- asked{r.Method, r.Host, r.Header.Get("Proxy-Authorization")}:
		default: // the first is enough
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	r := newReadyRig(t, settings{More: "[update]\nurl = \"https://province.invalid\"\ninterval_minutes = 1\n"})
	r.must(os.Mkdir(r.path("credentials"), 0o700))
	r.must(os.WriteFile(r.path("credentials/"+wayout.Credential), []byte("https_proxy=http://may:p%40ss@"+proxy.Listener.Addr().String()+"\nLD_PRELOAD=x\nnone\n"), 0o400))
	r.start("CREDENTIALS_DIRECTORY="+r.path("credentials"), "https_proxy=", "HTTPS_PROXY=", "no_proxy=", "NO_PROXY=")
	select {
	case got := <-came:
		if want := (asked{http.MethodConnect, "province.invalid:443", "Basic bWF5OnBAc3M="}); got != want {
			t.Errorf("the proxy was asked %+v, want %+v", got, want)
		}
	case <-time.After(30 * time.Second):
		t.Error("the proxy was not asked")
	}
}
