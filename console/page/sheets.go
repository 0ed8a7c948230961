package page

import (
	"net/http"

	"checkpoint"
	"checkpoint/console/messages"
)

// sheet is a page to be printed, in both languages.
type sheet struct {
	Vi, En sheetWords
	Signs  []sign // of the poster
	Rules  []messages.SheetID
	Says   []said    // likewise: what the machine may say
	Asked  []inquiry // of the notice
	Steps  []step    // of the install card
	Ruled  []both    // of the shift sheet: its rows, by verdict
	Heads  []both    // and its columns, by outcome
	Lines  []int     // that are empty
}

// sheetWords is what templates of sheets ask the catalogue for.
type sheetWords struct{ words }

func (w sheetWords) Sheet(id messages.SheetID) string { return messages.Sheet(id, w.Lang) }

// sign is one row of the poster: what is seen and heard, and what to do.
type sign struct {
	Shape, Tone           string
	Word, Lamp, Sound, Do both
}

// both is a text in both languages.
type both struct{ VI, EN string }

func bothOf(text func(messages.Lang) string) both {
	return both{text(messages.Vietnamese), text(messages.English)}
}

// said is a notice of the machine and what to do about it.
type said struct {
	Code     checkpoint.Reason
	What, Do both
}

type inquiry struct{ Question, Answer both }

// onPoster are the verdicts and the emergency, in the order of the poster.
var onPoster = []checkpoint.Verdict{checkpoint.Admit, checkpoint.Refer, checkpoint.Repeat, checkpoint.Refuse, checkpoint.NotRead, checkpoint.Fault}

// machineSays are the notices that a guard can do something about.
var machineSays = []checkpoint.Reason{
	checkpoint.ReaderUnplugged, checkpoint.CameraBlind, checkpoint.NoData, checkpoint.ClockNotTrusted, checkpoint.DataTooOld, checkpoint.Offline,
	checkpoint.GateNotOpened, checkpoint.StorageNearlyFull, checkpoint.LowVoltage, checkpoint.CannotRecord,
}

func poster() sheet {
	s := sheet{Vi: sheetWords{words{messages.Vietnamese}}, En: sheetWords{words{messages.English}}}
	for _, v := range onPoster {
		s.Signs = append(s.Signs, signOf(shapes[v], tones[v], checkpoint.SignalFor(v), bothOf(func(l messages.Lang) string { return messages.Word(v, l) })))
	}
	s.Signs = append(s.Signs, signOf("open", "go", checkpoint.SignalEmergency, bothOf(func(l messages.Lang) string { return messages.State(checkpoint.StateEmergency, l) })))
	s.Rules = []messages.SheetID{messages.PosterRule, messages.PosterWho, messages.PosterLost, messages.PosterFaint}
	for _, r := range machineSays {
		text := func(l messages.Lang) messages.Text { return messages.Reason(r, nil, l) }
		s.Says = append(s.Says, said{r, bothOf(func(l messages.Lang) string { return text(l).What }), bothOf(func(l messages.Lang) string { return text(l).Do })})
	}
	return s
}

func signOf(shape, tone string, signal checkpoint.Signal, word both) sign {
	of := func(text func(checkpoint.Signal, messages.Lang) string) both {
		return bothOf(func(l messages.Lang) string { return text(signal, l) })
	}
	return sign{Shape: shape, Tone: tone, Word: word, Lamp: of(messages.Lamp), Sound: of(messages.Sound), Do: of(messages.Advice)}
}

func notice() sheet {
	s := sheet{Vi: sheetWords{words{messages.Vietnamese}}, En: sheetWords{words{messages.English}}}
	vi, en := messages.Notice(messages.Vietnamese), messages.Notice(messages.English)
	for i := range vi {
		s.Asked = append(s.Asked, inquiry{both{vi[i].Question, en[i].Question}, both{vi[i].Answer, en[i].Answer}})
	}
	return s
}

// step is one of the install card, with its command if it has one.
type step struct {
	both
	Command string
}

func install() sheet {
	s := sheet{Vi: sheetWords{words{messages.Vietnamese}}, En: sheetWords{words{messages.English}}}
	vi, en := messages.Install(messages.Vietnamese), messages.Install(messages.English)
	for i := range vi {
		s.Steps = append(s.Steps, step{both{vi[i].Text, en[i].Text}, vi[i].Command})
	}
	return s
}

// blankShift is the hand-over's sheet to fill in by hand.
func blankShift() sheet {
	s := sheet{Vi: sheetWords{words{messages.Vietnamese}}, En: sheetWords{words{messages.English}}, Lines: make([]int, 8)}
	for _, v := range counted {
		s.Ruled = append(s.Ruled, bothOf(func(l messages.Lang) string { return messages.Word(v, l) }))
	}
	s.Heads = []both{
		bothOf(func(l messages.Lang) string { return messages.Button(messages.LetPass, l) }),
		bothOf(func(l messages.Lang) string { return messages.Button(messages.TurnBack, l) }),
		bothOf(func(l messages.Lang) string { return messages.Button(messages.Override, l) }),
		bothOf(func(l messages.Lang) string { return messages.Outcome(checkpoint.Undecided, l) }),
	}
	return s
}

// sheets answers with a page to be printed.
func sheets(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("sheet")
	of, ok := map[string]func() sheet{"poster": poster, "notice": notice, "install": install, "paper-shift": blankShift}[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	html, err := render(name, of())
	if err != nil {
		http.Error(w, "the sheet cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html) // the browser is gone
}
