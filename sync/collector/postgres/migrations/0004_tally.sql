-- Counts that say nothing about anybody and are kept for good. The opener adds
-- to them in the transaction that stores what it counts.
create schema tally;

-- Scans and answers by hour: what is a verdict, or an outcome: passed, denied,
-- undecided; of one that was taken back "undone passed", "undone denied", or
-- "undone", of a green.
create table tally.hour (
  day date not null,
  hour smallint not null, -- in Vietnam
  box text not null,
  lane text not null,
  direction text not null,
  what text not null,
  n bigint not null,
  primary key (day, hour, box, lane, direction, what)
);

-- Scans in each minute of an hour.
create table tally.minute (
  day date not null,
  hour smallint not null,
  box text not null,
  lane text not null,
  direction text not null,
  minutes int4[] not null, -- sixty
  primary key (day, hour, box, lane, direction)
);
create function tally.plus(a int4[], b int4[]) returns int4[] language sql immutable as $$
  select array_agg(x + y order by i) from unnest(a, b) with ordinality as u(x, y, i)
$$;

-- How long people waited for a guard's answer.
create table tally.answer (
  day date not null,
  hour smallint not null,
  box text not null,
  lane text not null,
  n bigint not null,
  seconds double precision not null,
  primary key (day, hour, box, lane)
);

-- Where the people came from that were scanned at a box.
create table tally.commune (
  day date not null,
  commune text not null, -- empty: not known
  box text not null,
  direction text not null,
  verdict text not null,
  n bigint not null,
  primary key (day, commune, box, direction, verdict)
);
