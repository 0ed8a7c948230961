package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	stdio "io"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/console/messages"
	"checkpoint/verify"
	"checkpoint/verify/credential"
	"checkpoint/verify/policy"
)

type explainOptions struct {
	name    string // of a test case
	code    bool
	payload string
	given   []string
	at      string
}

func policyExplain() *cli.Command {
	var o explainOptions
	return &cli.Command{
		Name: "explain", Short: "giải thích một quy định / say in words what a policy does, and why it decides a case as it does",
		Examples: []string{
			"provincectl policy explain sample/policy.toml",
			`provincectl policy explain --case "two doses, the second 14 days ago" sample/policy.toml`,
			"provincectl policy explain --given 'doses.days = [13, 60]' --given 'card.age = 70' sample/policy.toml",
			`echo '"001090900011||Nguyễn Văn An|15081990|Nam|Hà Nội|10052021"' | provincectl policy explain --code sample/policy.toml`,
			`provincectl policy explain --payload '001090900011||Nguyễn Văn An|15081990|Nam|Hà Nội|10052021' --given 'lane.site_type = "gateway"' sample/policy.toml`,
		},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&o.name, "case", "", "a test case of the policy, by its name")
			f.Func("given", "a fact, such as 'doses.days = [14, 60]'; may be repeated. Facts not named are a plain adult's, or the case's", func(s string) error {
				o.given = append(o.given, s)
				return nil
			})
			f.BoolVar(&o.code, "code", false, "read a code, one JSON string, from standard input: its holder as if the data agreed and knew nothing else")
			f.StringVar(&o.payload, "payload", "", "the same, with the code on the command line, where this machine's users can see it: for invented ones")
			f.StringVar(&o.at, "at", "", "with --code or --payload: the time it is shown, RFC 3339 (default now)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if err := o.check(args); err != nil {
				return err
			}
			io.Out = cli.Plain(io.Out) // expressions are the file's, and may hold anything
			p, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			title := fmt.Sprintf("%s (số / no. %d)", p.Name(), p.Number())
			if o.name == "" && !o.shows() && len(o.given) == 0 {
				fmt.Fprintln(io.Out, title)
				explainRules(io.Out, p)
				return nil
			}
			facts, err := o.facts(io, p)
			if err != nil {
				return err
			}
			fmt.Fprintln(io.Out, title)
			explainCase(io.Out, p, facts)
			return nil
		},
	}
}

// shows tells whether a code is to be explained.
func (o *explainOptions) shows() bool { return o.code || o.payload != "" }

func (o *explainOptions) check(args []string) error {
	several := o.name != "" && o.shows() || o.code && o.payload != ""
	if len(args) != 1 || several || o.at != "" && !o.shows() {
		return cli.Usage("policy explain: want one policy file, with one of --case, --code and --payload, and --at with a code only")
	}
	return nil
}

// facts are those of the case or the code, changed by what was given.
func (o *explainOptions) facts(io cli.IO, p *policy.Policy) (policy.Facts, error) {
	facts, found := p.Plain(), true
	var err error
	switch {
	case o.shows():
		facts, err = o.shown(io.In, p)
	case o.name != "":
		if facts, found = p.Case(o.name); !found {
			err = cli.Hint(fmt.Errorf("the policy has no test case %q", o.name), "policy explain không có --case liệt kê các trường hợp / policy explain without --case lists its cases")
		}
	}
	if err != nil {
		return facts, err
	}
	facts, err = p.Given(facts, strings.Join(o.given, "\n"))
	return facts, cli.Hint(err, "nêu được gì: provincectl policy facts, ví dụ --given 'doses.days = [14, 60]' / provincectl policy facts lists what can be given, for example --given 'doses.days = [14, 60]'")
}

// maxCode is how long a code on standard input may be, in bytes.
const maxCode = 1 << 16

// shown gives the facts of a card that the data agrees with. Nothing of the
// code but these facts is printed.
func (o *explainOptions) shown(in stdio.Reader, p *policy.Policy) (policy.Facts, error) {
	now := time.Now()
	if o.at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339, o.at); err != nil {
			return policy.Facts{}, cli.Usage("policy explain: --at: want RFC 3339, such as 2021-10-15T08:00:00+07:00")
		}
	}
	payload, err := o.payload, error(nil)
	if o.code {
		payload, err = readCode(in)
	}
	if err != nil {
		return policy.Facts{}, err
	}
	card := credential.Parse([]byte(payload), now)
	if !card.Personal() {
		return policy.Facts{}, cli.Hint(fmt.Errorf("this code is nobody's (%s): no rule is asked about it", messages.Kind(card.Format, messages.English)), "mã này được đọc thế nào: checkpointctl parse --json / checkpointctl parse --json says how it is read")
	}
	data := &verify.Data{Policy: p, Created: now}
	return verify.Suppose(&card, checkpoint.Person{}, checkpoint.LaneInfo{SiteType: "building", Direction: checkpoint.In}, data, now), nil
}

// readCode reads one JSON string.
func readCode(in stdio.Reader) (payload string, err error) {
	line, err := bufio.NewReader(stdio.LimitReader(in, maxCode)).ReadBytes('\n')
	if err != nil && err != stdio.EOF {
		return "", fmt.Errorf("read code: %w", err)
	}
	if json.Unmarshal(line, &payload) != nil {
		return "", cli.Hint(fmt.Errorf("standard input: want a code as one JSON string"), "xem cách dùng / see: --help")
	}
	return payload, nil
}

// explainRules prints a policy as a table to be read from top to bottom.
func explainRules(w stdio.Writer, p *policy.Policy) {
	fmt.Fprintln(w, "\nHỏi từ trên xuống, quy tắc đúng đầu tiên quyết định. / Asked from the top; the first rule that holds decides.")
	for i, r := range p.Rules() {
		fmt.Fprintf(w, "\n%2d. %s\n      %s\n", i+1, r.ID, condition(r.When))
		explainRuling(w, p, policy.Ruling{Rule: r.ID, Title: r.Title, Verdict: r.Verdict, Reason: r.Reason}, nil)
	}
	fmt.Fprintln(w, "\ncác trường hợp kiểm tra / test cases (--case NAME)")
	for _, name := range p.Cases() {
		fmt.Fprintf(w, "  %s\n", name)
	}
}

func condition(when string) string {
	if strings.TrimSpace(when) == "true" {
		return "luôn đúng / always"
	}
	return when
}

// explainCase prints how a policy decides facts, rule by rule.
func explainCase(w stdio.Writer, p *policy.Policy, f policy.Facts) {
	steps, ruling := p.Explain(f)
	fmt.Fprintln(w)
	for i, s := range steps {
		fmt.Fprintf(w, "%2d. %-10s %s: %s\n", i+1, outcome(s), s.ID, condition(s.When))
		for _, fact := range s.Read {
			fmt.Fprintf(w, "%15s %s = %s\n", "", fact.Name, value(fact.Value))
		}
		if s.Err != nil {
			fmt.Fprintf(w, "%15s không tính được, bảo vệ quyết định / cannot be worked out, the guard decides:\n%v\n", "", s.Err)
		}
	}
	if rest := len(p.Rules()) - len(steps); rest > 0 {
		fmt.Fprintf(w, "    %d quy tắc sau không được hỏi / rules below are not asked\n", rest)
	}
	fmt.Fprintf(w, "\nquyết định bởi / decided by: %s\n", ruling.Rule)
	age := time.Duration(f.Data.AgeHours * float64(time.Hour)).String()
	final := verify.Decide(p, f)
	if final != ruling {
		why := "không quy tắc nào cho qua được / but no rule can let this pass, so"
		if final.Reason == checkpoint.DataTooOld {
			why = "dữ liệu đã quá hạn của quy định, nên / but the data is older than the policy allows, so"
		}
		fmt.Fprintf(w, "      %s, %s; nhưng %s\n", ruling.Verdict, ruling.Reason, why)
	}
	explainRuling(w, p, final, map[string]string{"age": age})
}

func outcome(s policy.Step) string {
	switch {
	case s.Err != nil:
		return "LỖI/ERROR"
	case s.Holds:
		return "ĐÚNG/YES"
	}
	return "không/no"
}

// value is a fact as one would write it into a policy.
func value(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return "[]" // the only fact without a value is a list without entries
	}
	return string(b)
}

// explainRuling prints a verdict and the guard's words for it.
func explainRuling(w stdio.Writer, p *policy.Policy, r policy.Ruling, args map[string]string) {
	filled := map[string]string{"phone": p.DutyPhone(), "hotline": p.Hotline(), "rule": r.Title}
	for name, value := range args {
		filled[name] = value
	}
	fmt.Fprintf(w, "   => %s / %s (%s, %s)\n", messages.Word(r.Verdict, messages.Vietnamese), messages.Word(r.Verdict, messages.English), r.Verdict, r.Reason)
	for _, l := range []messages.Lang{messages.Vietnamese, messages.English} {
		text := messages.Reason(r.Reason, filled, l)
		fmt.Fprintf(w, "      %s: %s\n", l, strings.TrimSuffix(text.What+" – "+text.Do, " – "))
	}
}
