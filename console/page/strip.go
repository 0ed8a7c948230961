package page

import (
	"strconv"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/faults"
	"checkpoint/console/messages"
)

// strip is the line at the foot of the page: how old the data are, whether
// there is a link, what waits to be sent.
type strip struct {
	Items []item
	Box   string
}

// item is an icon and a word.
type item struct {
	Icon, Text string
	Warn       bool
	Bare       bool // there is room for the icon alone
}

// stripOf leaves out what is well when there is a sentence to say.
func stripOf(s control.Status, now time.Time, lang messages.Lang) strip {
	line := func(id messages.LineID) string { return messages.Line(id, lang) }
	out := strip{Items: []item{dataItem(s.Snapshot, now, lang)}}
	if !s.Clock.Trusted {
		out.Items = append(out.Items, item{Icon: "clock", Text: messages.Reason(checkpoint.ClockNotTrusted, nil, lang).What, Warn: true})
	}
	said, ok := newsOf(s, lang)
	ok = ok && s.Clock.Trusted
	if s.Quiet {
		out.Items = append(out.Items, item{Icon: "mute", Text: line(messages.SoundIsOff), Bare: ok})
	}
	if ok {
		out.Items = append(out.Items, said)
		return out
	}
	if s.Link.Broker == "" {
		out.Items = append(out.Items, item{Icon: "offline", Text: line(messages.NoLink)})
	} else {
		out.Items = append(out.Items, item{Icon: "online", Text: line(messages.Online)})
	}
	out.Items = append(out.Items, item{Icon: "send", Text: line(messages.ToSend) + " " + strconv.FormatUint(s.Journal.Waiting, 10), Warn: s.Journal.Full})
	out.Box = s.Box
	if s.Snapshot.Number > 0 {
		out.Box += " · " + line(messages.DataNumber) + " " + strconv.FormatUint(s.Snapshot.Number, 10)
	}
	return out
}

func dataItem(s control.Snapshot, now time.Time, lang messages.Lang) item {
	if s.Number == 0 {
		return item{Icon: "data", Text: messages.Reason(checkpoint.NoData, nil, lang).What, Warn: true}
	}
	age := now.Sub(s.Created)
	return item{Icon: "data", Text: messages.Line(messages.DataAge, lang) + " " + messages.Age(age, lang), Warn: age.Hours() > s.FreshHours}
}

// newsOf is the sentence about the network, or about data on their way in.
func newsOf(s control.Status, lang messages.Lang) (item, bool) {
	switch {
	case s.Link.Broker != "" && !s.Link.Connected:
		args := map[string]string{}
		if !s.Link.Since.IsZero() {
			args["time"] = s.Link.Since.Format(time.RFC3339)
		}
		if s.Journal.Waiting > 0 {
			args["n"] = strconv.FormatUint(s.Journal.Waiting, 10)
		}
		return item{Icon: "offline", Text: sentence(messages.Reason(checkpoint.Offline, args, lang))}, true
	case s.Update != nil && s.Update.Done < s.Update.All:
		args := map[string]string{"pct": strconv.FormatInt(100*s.Update.Done/s.Update.All, 10) + " %"}
		return item{Icon: "data", Text: sentence(messages.Reason(checkpoint.Updating, args, lang))}, true
	}
	return item{}, false
}

// bannerOf is what is wrong with the whole box, or that its data are old; empty
// for nothing.
func bannerOf(s control.Status, now time.Time, lang messages.Lang) messages.Text {
	hours := func(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
	fresh, noGreen, age := hours(s.Snapshot.FreshHours), hours(s.Snapshot.NoGreenHours), now.Sub(s.Snapshot.Created)
	if code := concern(s); code != "" {
		args := map[string]string{"box": s.Box, "age": age.String()}
		if s.Snapshot.Number > 0 {
			args["n"] = strconv.FormatUint(s.Snapshot.Number, 10)
		}
		return messages.Reason(code, args, lang)
	}
	if age > fresh {
		return messages.Stale(age, noGreen, lang)
	}
	return messages.Text{}
}

// concern is what the worst fault of the whole box says to a guard; empty for
// nothing.
func concern(s control.Status) checkpoint.Reason {
	for _, f := range s.Told() {
		if row, _ := faults.Of(f.Code); row.Reason != "" {
			return row.Reason
		}
	}
	return ""
}
