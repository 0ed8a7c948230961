//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/verify/credential"
	"checkpoint/verify/dcc"
)

func dccCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name: "dcc", Short: "kiểm tra hộ chiếu vắc-xin / verify vaccine passports (HC1:) against given signers, one JSON object a line",
		Examples: []string{`echo '{"payload":"HC1:…","certificates":["MII…"],"now":"2021-10-15T08:00:00+07:00"}' | checkpointctl dcc --json`},
		Flags:    func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "required: the only output there is") },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if !asJSON || len(args) > 0 {
				return cli.Usage("dcc: use dcc --json, with objects of payload, certificates (base64 of DER) and now (RFC 3339, or null: no time is checked) on standard input")
			}
			return credential.AnswerLines(io.In, io.Out, func(line credential.Line) any { return verifyPassport(line) })
		},
	}
}

type passportQuestion struct {
	Payload      string     `json:"payload"`
	Certificates [][]byte   `json:"certificates"` // DER, base64
	Now          *time.Time `json:"now"`          // nil: no time is checked
}

// passportAnswer is one line of `dcc --json`. Of a passport that is refused
// nothing is told but why.
type passportAnswer struct {
	OK     bool     `json:"ok"`
	Error  string   `json:"error"`            // a name of dcc.Fault, NOT_JSON or LINE_TOO_LONG; empty if ok
	Detail string   `json:"detail,omitempty"` // the error in words
	Name   string   `json:"name"`
	Birth  string   `json:"dob"`
	Kinds  []string `json:"kinds"` // v, t or r
}

func verifyPassport(line credential.Line) passportAnswer {
	answer := passportAnswer{Kinds: []string{}}
	var q passportQuestion
	if answer.Error = line.Object(&q); answer.Error != "" {
		return answer
	}
	var now time.Time
	if q.Now != nil {
		now = *q.Now
	}
	signers, _ := dcc.NewSigners(q.Certificates)
	p, err := dcc.Verify(q.Payload, signers, now)
	var fault dcc.Fault
	if errors.As(err, &fault) {
		answer.Error, answer.Detail = string(fault), err.Error()
		return answer
	}
	answer.OK, answer.Name, answer.Birth, answer.Kinds = true, p.Name.String(), p.Birth, []string{string(p.Kind)}
	return answer
}
