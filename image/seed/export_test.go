package seed

// StarsOver is what Scrub leaves of a file.
var StarsOver = starsOver
