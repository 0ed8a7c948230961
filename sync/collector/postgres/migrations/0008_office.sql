-- Accounts with several roles, who is logged in, and the log of looks as a chain
-- whose key is not in the database. No program wrote these tables before.
alter table office.account drop column role, add column roles text[] not null default '{}';

-- Who is logged in. The token is with the browser alone: here is its SHA-256.
create table office.session (
  token bytea primary key,
  account text not null references office.account on delete cascade,
  began timestamptz not null,
  seen timestamptz not null
);

-- From where an account logged in before: its owner there is not held up by those
-- who guess elsewhere. A keyed hash of the address.
create table office.origin (
  account text not null references office.account on delete cascade,
  origin bytea not null,
  at timestamptz not null,
  primary key (account, origin)
);

-- Every look at a person, in order. A line's link is a keyed hash over the line
-- and the link before: what is changed, removed or put in is noticed by whoever
-- has the key; what is cut off the end, by where the end was last seen, which is
-- kept beside the key. Whose number was asked for is not in it, its keyed hash is.
drop table office.look;
create table office.look (
  n bigint primary key,
  at timestamptz not null,
  account text not null, -- os:NAME is a user of the machine
  second text not null, -- who approved it; empty: nobody had to
  what text not null, -- list, route, contacts, export, correct, delete, account
  subject text not null, -- keyed hash of a number; which list; which account
  detail text not null, -- from when to when, what was changed
  reason text not null,
  before bytea not null,
  link bytea not null
);
create index look_subject on office.look (subject);

-- Looks that a second person has to approve.
create table office.second (
  id bigint generated always as identity primary key,
  asked timestamptz not null,
  account text not null,
  what text not null,
  subject text not null,
  detail text not null,
  reason text not null,
  answered timestamptz,
  answered_by text, -- never the account that asked
  approved boolean,
  check (answered_by <> account)
);
create index second_open on office.second (account, what, subject, detail);

-- Which lists were fetched and confirmed, of which day, by whom.
drop table office.receipt;
create table office.receipt (
  list text not null, -- such as arrivals/origin/10507
  day date not null,
  account text not null,
  fetched timestamptz not null, -- the last time
  times int not null,
  rows int not null, -- of the last time
  confirmed timestamptz, -- the last time
  primary key (day, list, account)
);
