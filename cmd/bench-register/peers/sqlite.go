package main

import (
	"database/sql"
	"errors"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver without cgo
)

// cacheSize is the cache of SQLite and of Pebble, in bytes: both have their
// inner pages in it. bbolt leaves caching to the kernel.
const cacheSize = 32 << 20

// perTransaction records go into one transaction or batch.
const perTransaction = 10_000

// sqliteWriter fills a table without row ids, whose rows so lie in the order of
// tags. Pages are 4 KiB. Nothing is journalled or synced until the end.
type sqliteWriter struct {
	db     *sql.DB
	tx     *sql.Tx
	insert *sql.Stmt
	count  int
}

func createSQLite(dir string) (writer, error) {
	db, err := sql.Open("sqlite", "file:"+sqliteFile(dir)+"?_pragma=page_size(4096)&_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	w := &sqliteWriter{db: db}
	if _, err := db.Exec("CREATE TABLE record (tag BLOB PRIMARY KEY, sealed BLOB) WITHOUT ROWID"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, w.begin()
}

func sqliteFile(dir string) string { return filepath.Join(dir, "records.sqlite") }

func (w *sqliteWriter) begin() (err error) {
	if w.tx, err = w.db.Begin(); err != nil {
		return err
	}
	w.insert, err = w.tx.Prepare("INSERT INTO record VALUES (?, ?)")
	return err
}

func (w *sqliteWriter) put(tag, sealed []byte) error {
	if _, err := w.insert.Exec(tag, sealed); err != nil {
		return err
	}
	if w.count++; w.count%perTransaction > 0 {
		return nil
	}
	if err := w.commit(); err != nil {
		return err
	}
	return w.begin()
}

func (w *sqliteWriter) commit() error { return errors.Join(w.insert.Close(), w.tx.Commit()) }

func (w *sqliteWriter) finish() error { return errors.Join(w.commit(), w.db.Close()) }

type sqliteReader struct {
	db     *sql.DB
	query  *sql.Stmt
	sealed []byte
}

// openSQLite opens for reading what nobody changes, so that nothing is locked.
func openSQLite(dir string) (reader, error) {
	db, err := sql.Open("sqlite", "file:"+sqliteFile(dir)+"?mode=ro&immutable=1&_pragma=cache_size(-32768)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	query, err := db.Prepare("SELECT sealed FROM record WHERE tag = ?")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &sqliteReader{db: db, query: query}, nil
}

func (r *sqliteReader) get(tag []byte) ([]byte, error) {
	err := r.query.QueryRow(tag).Scan(&r.sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errMissing
	}
	return r.sealed, err
}

func (r *sqliteReader) close() error { return errors.Join(r.query.Close(), r.db.Close()) }
