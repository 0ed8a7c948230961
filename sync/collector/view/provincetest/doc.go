// Package provincetest invents a province and what its checkpoints record: sites
// with boxes and lanes, communes, people with old numbers, and days of scans with
// the hours, answers, papers and mistakes of real ones. The same seed gives the
// same province, and any site's day can be told without the others, so that a
// month of thirty million records is never held in memory.
//
// Nobody in it exists. It is for tests, measurements and showing around.
package provincetest
