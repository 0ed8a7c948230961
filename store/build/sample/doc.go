// Package sample invents a province: people, doses, cases and withdrawn
// documents as the CSV files of package input, a site's staff and visitors, sites and
// levels of communes, and printable cards for every answer a lane can give.
//
// It promises that the same options give the same bytes, that person i is a
// function of seed, date, changes and i alone, that no two people share a document
// number, and that each card is answered as cards.json says under the sample
// policy, on the sample's date and for two weeks after it.
//
// Everyone in it is invented. Serials of identity numbers start at 900000 and
// old numbers with 9, so that a sample cannot be taken for real data.
//
// It never reads anything, never keeps more than a few thousand people in
// memory, and is used by provincectl and by tests alone.
package sample
