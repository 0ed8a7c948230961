// Package office keeps who of the province's offices may see what, and what they
// looked at: accounts with roles and scopes, log-ins and sessions, the log of
// looks at people, the two-person rule, and which lists were fetched.
//
// It answers no question about people and knows no HTTP. Whoever shows a person
// asks it for a [Permit] first: the look stands in the log before anything is
// read. The log's lines are chained under a key that is not in the database, and
// where its end is stands beside that key: what is changed, removed, put in or
// cut off there is told by [Office.VerifyLooks].
package office
