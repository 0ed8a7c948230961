//go:build linux

package camera

import (
	"crypto/md5" // what cameras speak; the wire is the box's own, or TLS
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
)

// login answers what a camera asks before it shows anything: Digest (RFC 7616,
// with MD5 or SHA-256 and qop "auth" or none) or Basic (RFC 7617).
type login struct {
	user, password string

	scheme string // "", "Basic" or "Digest"
	// Of the camera's last challenge.
	realm, nonce, opaque, algorithm string
	qop                             bool
	count                           int // requests with this nonce
}

// challenged takes a camera's challenges; false: none can be answered. Digest
// comes first, which does not show the password.
func (l *login) challenged(headers []string) bool {
	l.scheme = ""
	for _, h := range headers {
		scheme, rest, _ := strings.Cut(h, " ")
		switch {
		case strings.EqualFold(scheme, "Digest"):
			if l.digest(parameters(rest)) {
				return true
			}
		case strings.EqualFold(scheme, "Basic"):
			l.scheme = "Basic"
		}
	}
	return l.scheme != ""
}

func (l *login) digest(p map[string]string) bool {
	l.realm, l.nonce, l.opaque, l.algorithm, l.count = p["realm"], p["nonce"], p["opaque"], p["algorithm"], 0
	if l.hash() == nil || l.nonce == "" {
		return false
	}
	l.qop = false
	for _, q := range strings.Split(p["qop"], ",") {
		l.qop = l.qop || strings.EqualFold(strings.TrimSpace(q), "auth")
	}
	if p["qop"] != "" && !l.qop {
		return false
	}
	l.scheme = "Digest"
	return true
}

func (l *login) hash() hash.Hash {
	switch strings.ToUpper(l.algorithm) {
	case "", "MD5":
		return md5.New()
	case "SHA-256":
		return sha256.New()
	}
	return nil
}

// sign adds what the camera asked for last.
func (l *login) sign(r *http.Request) {
	switch l.scheme {
	case "Basic":
		r.SetBasicAuth(l.user, l.password)
	case "Digest":
		r.Header.Set("Authorization", l.answer(r.Method, r.URL.RequestURI(), rand.Text()))
	}
}

// answer is the header of a request (RFC 7616, section 3.4).
func (l *login) answer(method, uri, cnonce string) string {
	l.count++
	count := fmt.Sprintf("%08x", l.count)
	secret := l.sum(l.user, l.realm, l.password)
	request := l.sum(method, uri)
	header := fmt.Sprintf(`Digest username=%s, realm=%s, nonce=%s, uri=%s`, quoted(l.user), quoted(l.realm), quoted(l.nonce), quoted(uri))
	if l.algorithm != "" {
		header += ", algorithm=" + l.algorithm
	}
	if l.opaque != "" {
		header += ", opaque=" + quoted(l.opaque)
	}
	if !l.qop {
		return header + fmt.Sprintf(`, response="%s"`, l.sum(secret, l.nonce, request))
	}
	return header + fmt.Sprintf(`, qop=auth, nc=%s, cnonce="%s", response="%s"`, count, cnonce, l.sum(secret, l.nonce, count, cnonce, "auth", request))
}

func (l *login) sum(parts ...string) string {
	h := l.hash()
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// parameters reads name=value and name="value", separated by commas.
func parameters(s string) map[string]string {
	all := map[string]string{}
	for s != "" {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		var value strings.Builder
		rest = strings.TrimLeft(rest, " \t")
		if inside, is := strings.CutPrefix(rest, `"`); is {
			i := 0
			for ; i < len(inside) && inside[i] != '"'; i++ {
				if inside[i] == '\\' && i+1 < len(inside) {
					i++
				}
				value.WriteByte(inside[i])
			}
			_, s, _ = strings.Cut(inside[i:], ",")
		} else {
			var plain string
			plain, s, _ = strings.Cut(rest, ",")
			value.WriteString(strings.TrimSpace(plain))
		}
		all[strings.ToLower(strings.Trim(name, " \t,"))] = value.String()
	}
	return all
}
