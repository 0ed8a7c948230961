// Package staff finds out which of a site's staff are still to be vaccinated,
// still to be given a card, or vaccinated by papers that the data does not show
// yet: three lists that a site sends to the offices in charge.
//
// It promises: everybody who is listed stands in the site's own file, and who
// could not be found in the province's files is listed as that and not as
// unvaccinated by guess. Memory grows with the staff, not with the province.
//
// It never decides who may come in; that is the policy's.
package staff
