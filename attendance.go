package checkpoint

import "slices"

// Reader reports a reader's coming and going.
func (l *Lane) Reader(name string, connected bool) {
	l.send(func(s *lane) { s.reader(name, connected) })
}

// Sight reports how well a camera sees.
func (l *Lane) Sight(reader string, sight Sight) {
	l.send(func(s *lane) { s.sight(reader, sight) })
}

var _ SightSink = (*Lane)(nil)

// signalIdle shows "ready", or the fault signal when no reader is there to be
// ready with: gone, or a camera that sees nothing. Right after the start they
// may still be on their way.
func (s *lane) signalIdle() {
	lost, blind, all := 0, 0, len(s.view.Readers)
	for _, r := range s.view.Readers {
		switch {
		case !r.Connected && s.heard[r.Name]:
			lost++
		case r.Sight != SightClear:
			blind++
		}
	}
	s.view.Notice = ""
	switch {
	case s.stalled:
		s.view.Notice = CannotRecord
	case s.view.GateFault == FoundDoorStayedShut || s.view.GateFault == FoundNoPassage:
		s.view.Notice = GateNotOpened
	case lost > 0:
		s.view.Notice = ReaderUnplugged
	case blind > 0:
		s.view.Notice = CameraBlind
	case s.active(ContactTamper):
		s.view.Notice = BoxOpened
	}
	if s.stalled || all > 0 && lost+blind == all {
		s.Gate.Signal(SignalFault)
		return
	}
	s.Gate.Signal(SignalIdle)
}

// unheard gives readers up that have not reported since the start.
func (s *lane) unheard() {
	news := false
	for _, r := range s.view.Readers {
		news = news || !s.heard[r.Name]
		s.heard[r.Name] = true
	}
	if news && s.view.State == StateIdle {
		s.signalIdle()
	}
}

func (s *lane) reader(name string, connected bool) {
	s.heard[name] = true
	i := slices.IndexFunc(s.view.Readers, func(r ReaderState) bool { return r.Name == name })
	if i < 0 {
		s.view.Readers = append(s.view.Readers, ReaderState{Name: name})
		i = len(s.view.Readers) - 1
	}
	s.view.Readers[i].Connected, s.view.Readers[i].Sight = connected, SightClear
	s.readersChanged()
}

func (s *lane) sight(name string, sight Sight) {
	for i := range s.view.Readers {
		if s.view.Readers[i].Name == name {
			s.view.Readers[i].Sight = sight
		}
	}
	s.readersChanged()
}

func (s *lane) readersChanged() {
	if s.view.State == StateIdle {
		s.signalIdle()
	}
	s.show()
}
