package keys

import "crypto/ed25519"

// OnlineFile is the secret key of the publishing machine. It says which signed
// snapshot is the newest, and can sign none itself.
const OnlineFile = "online.key"

// OnlineSigner reads the publishing machine's key, and makes it the first time.
func OnlineSigner(path string) (ed25519.PrivateKey, error) { return BoxSigner(path) }

// NewDeclarationKey makes a key that signs mobility declarations. It never
// replaces a file.
func NewDeclarationKey(path string) (ed25519.PublicKey, error) { return newSigner(path) }
