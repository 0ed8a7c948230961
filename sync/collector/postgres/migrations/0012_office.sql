-- Which version of the daemon a box runs, as it says itself.
alter table fleet.health add column software text not null default ''; -- empty: not heard

-- What a second person has to see before he or she approves a correction: the
-- person and the new values, sealed by a key that is not in the database, and gone
-- when the request is over. A request that has one is approved by whoever saw it.
alter table office.second add column change bytea;
alter table office.second add column seen text[] not null default '{}'; -- accounts
