-- What the records say, once opened. Who was there is sealed with the key of a
-- day, which is not in the database (package daykeys): who holds the person,
-- tag stands for the number on that day. Only the opener writes here.
create schema opened;

create table opened.scan (
  day date not null,
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  at timestamptz not null,
  trusted boolean not null, -- the box's clock
  lane text not null,
  direction text not null, -- in, out
  verdict text not null,
  reason text not null,
  findings text[] not null,
  rule text not null,
  snapshot bigint not null,
  policy bigint not null,
  format text not null,
  document text not null,
  code_hash bytea,
  key_day date, -- whose key seals who; null: nobody is named, or the key was destroyed before
  who bytea,
  tag bytea,
  commune text not null, -- where the person is registered; empty: not known
  known boolean not null, -- the person is in the province's register
  primary key (box, epoch, seq, day)
) partition by range (day);
create table opened.scan_other partition of opened.scan default;
create index scan_tag on opened.scan (tag) where tag is not null;
create index scan_box on opened.scan (box, at);
create index scan_commune on opened.scan (commune, at) where commune <> '';

-- What a guard did; refers to the scan.
create table opened.outcome (
  day date not null,
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  at timestamptz not null,
  trusted boolean not null,
  lane text not null,
  outcome text not null,
  refers_epoch bigint not null,
  refers_seq bigint not null,
  primary key (box, epoch, seq, day)
) partition by range (day);
create table opened.outcome_other partition of opened.outcome default;
create index outcome_refers on opened.outcome (box, refers_epoch, refers_seq);

-- A scan completed later on paper; refers to the scan.
create table opened.paper (
  day date not null,
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  at timestamptz not null,
  trusted boolean not null,
  lane text not null,
  refers_epoch bigint not null,
  refers_seq bigint not null,
  document text not null,
  key_day date, -- as of a scan
  who bytea,
  tag bytea,
  commune text not null,
  known boolean not null,
  primary key (box, epoch, seq, day)
) partition by range (day);
create table opened.paper_other partition of opened.paper default;
create index paper_refers on opened.paper (box, refers_epoch, refers_seq);
create index paper_tag on opened.paper (tag) where tag is not null;

-- Emergencies and what happened at the gate; about nobody.
create table opened.event (
  day date not null,
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  at timestamptz not null,
  trusted boolean not null,
  lane text not null,
  emergency boolean not null,
  reason text not null,
  findings text[] not null,
  began boolean not null, -- of an emergency or of an open box: began or ended
  primary key (box, epoch, seq, day)
) partition by range (day);
create table opened.event_other partition of opened.event default;

-- Records that could not be opened, by reason. They are held and marked.
create table opened.failure (
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  reason text not null,
  since timestamptz not null default now(),
  primary key (box, epoch, seq)
);

-- With which of the register's imports the unknown were looked up last.
create table opened.identified (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into opened.identified (version) values (0);

-- again has failed records tried once more, for example when a box's key came.
create function opened.again() returns bigint
language sql security definer set search_path = pg_catalog as $$
  with failed as (
    delete from opened.failure returning box, epoch, seq
  ), ranges as (
    select box, epoch, range_agg(int8range(seq, seq + 1)) as r, count(*) as n from failed group by box, epoch
  ), back as (
    update checkpoint.segment s set opened = s.opened - ranges.r, waiting = true from ranges
    where s.box = ranges.box and s.epoch = ranges.epoch returning ranges.n
  )
  select coalesce(sum(n), 0)::bigint from back
$$;
