package view

import "strings"

// List names the list that is asked for, as receipts and the log of looks do: the
// same by page and by command.
func (q ArrivalsOf) List() string {
	name := []string{"arrivals", string(q.End)}
	for _, part := range []string{q.District, q.Commune} {
		if part != "" {
			name = append(name, part)
		}
	}
	return strings.Join(name, "/")
}
