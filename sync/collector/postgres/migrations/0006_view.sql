-- What the province's pages need beside the records.

-- Communes as the province names them. Districts were abolished in 2025 and may
-- be left empty.
create schema place;
create table place.commune (
  code text primary key,
  name text not null,
  district text not null default '',
  province text not null default ''
);

-- Zone levels of communes, each from its day on.
create table place.zone (
  commune text not null references place.commune on delete cascade,
  since date not null,
  level smallint not null,
  primary key (commune, since)
);

-- Sites that have, or should have, a checkpoint.
create table place.site (
  id text primary key, -- as in the boxes' configuration
  name text not null,
  kind text not null, -- building, road, station, mall…
  commune text not null default '',
  contact text not null default '',
  place_code text not null default '', -- the code at its entrance; empty: none was issued
  asked int not null default 0, -- devices asked for, approved, installed
  approved int not null default 0,
  installed int not null default 0,
  reminders int not null default 0,
  reminded date,
  latitude double precision,
  longitude double precision,
  changed timestamptz not null default now()
);

-- The last word of each box about itself; names nobody.
create schema fleet;
create table fleet.health (
  box text primary key,
  at timestamptz not null, -- as the box says
  received timestamptz not null default now(),
  online boolean not null,
  report jsonb not null -- as it came: lanes, snapshot, queue, faults
);

-- Who may see what. A scope is a commune, a district, a site, or everything.
create schema office;
create table office.account (
  name text primary key,
  role text not null, -- viewer, tracer, health, police, fleet, officer, administrator
  scopes text[] not null, -- commune:CODE, district:NAME, site:ID, or all
  password text not null, -- Argon2id; empty: not set yet
  language text not null default 'vi',
  created timestamptz not null default now(),
  disabled boolean not null default false
);

-- Every look at a person, in order, each line bound to the one before: lines
-- that lack or differ are noticed. The search itself is not in it, its keyed
-- hash is.
create table office.look (
  n bigint primary key,
  at timestamptz not null,
  account text not null,
  second text not null default '', -- the second person of a two-person rule
  act text not null, -- list, route, contacts, export, correct, delete
  reason text not null,
  what text not null, -- which list, or the keyed hash of a number
  rows int not null,
  link bytea not null -- SHA-256 over the link before and this line
);

-- Lists that were fetched and confirmed.
create table office.receipt (
  list text not null, -- kind/scope/day
  account text not null,
  fetched timestamptz not null default now(),
  rows int not null,
  confirmed timestamptz,
  primary key (list, account, fetched)
);

-- What an account said of a line of its list: goes to the population office.
create table office.correction (
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  account text not null,
  at timestamptz not null default now(),
  says text not null, -- resident, unknown, differs
  primary key (box, epoch, seq, account)
);

-- What people asked for about themselves, and by when it must be done (Law
-- 91/2025/QH15).
create table office.request (
  id bigint generated always as identity primary key,
  kind text not null, -- access, correct, restrict, delete
  received timestamptz not null default now(),
  reply_by timestamptz not null,
  done_by timestamptz not null,
  replied timestamptz,
  done timestamptz,
  account text not null,
  note text not null default ''
);
