package main

import (
	"bytes"
	"testing"

	"checkpoint/store/build/input"
)

func TestManyPeopleAreGoodRowsAndNobodyTwice(t *testing.T) {
	const people = 20_000
	var file bytes.Buffer
	if err := writeMany(&file, people); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for who, err := range input.People("people.csv", &file) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[who.Number] || who.Number[:3] != "999" {
			t.Fatalf("number %s", who.Number)
		}
		seen[who.Number] = true
	}
	if len(seen) != people {
		t.Errorf("%d people", len(seen))
	}
}
