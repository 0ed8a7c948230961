package policy

import _ "embed"

//go:embed hanoi-2021.toml
var sample []byte

// Sample is the policy of Hanoi, October 2021, for all kinds of places, with its
// test cases: what the sample province uses, and a start for one's own.
func Sample() []byte { return sample }
