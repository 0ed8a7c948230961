package credential

import (
	"encoding/json"
	"net/url"
	"strings"

	"checkpoint"
)

// readNamed recognises codes that need nothing but their name: signed ones,
// which others verify, and those that are no personal code at all.
func (p *Parsed) readNamed(s string) bool {
	switch {
	case strings.HasPrefix(s, "HC1:"):
		p.Format, p.Code = checkpoint.FormatDCC, s
	case strings.HasPrefix(s, "HC2:"), strings.HasPrefix(s, "HL0:"):
		// Later versions and lists of the same family, which nobody here can
		// verify: not a DCC, and not a person.
		p.Scheme = s[:3]
	case strings.HasPrefix(s, "CHK1:"):
		p.Format, p.Code = checkpoint.FormatDeclaration, s
	case strings.HasPrefix(s, "shc:/"):
		p.Format = checkpoint.FormatSHC
		if isChunk(s[len("shc:/"):]) {
			p.Err = checkpoint.ErrChunk
		}
	case s[0] == '{' && isVDSNC(s):
		p.Format = checkpoint.FormatVDSNC
	case hasScheme(s, "http://"), hasScheme(s, "https://"):
		p.readURL(s)
	case strings.HasPrefix(s, "000201") && len(s) > 13 && !strings.Contains(s, "|"):
		p.Format = checkpoint.FormatPayment // EMV QRCPS: payload format indicator 01
	case hasScheme(s, "CHECKPOINT-CLAIM-"):
		p.Format = checkpoint.FormatBoxClaim
	default:
		return false
	}
	return true
}

// isChunk tells whether a SMART Health Card is one of several codes: N/C/digits.
// One code of one is whole.
func isChunk(s string) bool {
	index, rest, ok := strings.Cut(s, "/")
	count, _, also := strings.Cut(rest, "/")
	return ok && also && allDigits(index) && allDigits(count) && count != "1"
}

// isVDSNC tells whether s is a visible digital seal of ICAO (VDS-NC).
func isVDSNC(s string) bool {
	var seal struct {
		Data struct {
			Header struct {
				Type string `json:"t"`
			} `json:"hdr"`
		} `json:"data"`
	}
	if json.Unmarshal([]byte(s), &seal) != nil {
		return false
	}
	return seal.Data.Header.Type == "icao.vacc" || seal.Data.Header.Type == "icao.test"
}

func hasScheme(s, scheme string) bool {
	return len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme)
}

// readURL keeps the host, so that the guard can be told what was shown, and
// for a poster at a door the id of the place. Nothing else of it is kept.
func (p *Parsed) readURL(s string) {
	p.Format = checkpoint.FormatURL
	u, err := url.Parse(s)
	if err != nil {
		return
	}
	p.Host = strings.ToLower(u.Hostname())
	query := u.Query()
	if _, after, ok := strings.Cut(u.Fragment, "?"); ok && len(query) == 0 {
		query, _ = url.ParseQuery(after) // pages that route in the fragment
	}
	for key, values := range query {
		if strings.EqualFold(key, "groupId") {
			p.Group = values[0]
		}
	}
	if p.Group != "" || isCheckinHost(p.Host) || strings.Contains(strings.ToLower(s), "checkin") {
		p.Format = checkpoint.FormatPlaceCode
	}
}

// isCheckinHost knows the national services whose posters hang at doors.
func isCheckinHost(host string) bool {
	for _, known := range []string{"tokhaiyte.vn", "pccovid.gov.vn", "bluezone.gov.vn"} {
		if host == known || strings.HasSuffix(host, "."+known) {
			return true
		}
	}
	return false
}
