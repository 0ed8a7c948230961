-- What boxes sent, sealed, and how far each of their segments is held.

-- Which life of the database this is. A copy of it, or an older state put back,
-- is another life: see checkpoint.enter.
create table checkpoint.life (
  only_row boolean primary key default true check (only_row),
  token bytea not null,
  origin text not null,
  since timestamptz not null default now()
);

-- Where this database lives: a restored dump has another table or database,
-- a restored base backup or a promoted standby another timeline.
create function checkpoint.origin() returns text language sql stable as $$
  select concat_ws('/',
    (select system_identifier from pg_control_system()),
    substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8),
    (select oid from pg_database where datname = current_database()),
    'checkpoint.life'::regclass::oid)
$$;

-- enter is called on every new connection. seen is how far the log was written
-- when the caller last looked: a log that is shorter now was put back, which
-- the origin of a copied disk would not tell.
create function checkpoint.enter(seen_origin text, seen pg_lsn, out origin text, out at pg_lsn)
language plpgsql security definer set search_path = pg_catalog as $$
declare known text;
begin
  origin := checkpoint.origin();
  at := pg_current_wal_flush_lsn();
  select l.origin into known from checkpoint.life l;
  if known = origin and not (seen_origin = origin and seen > at) then
    return;
  end if;
  perform pg_advisory_xact_lock(7240801);
  select l.origin into known from checkpoint.life l;
  if known is distinct from origin or (seen_origin = origin and seen > at) then
    perform checkpoint.new_life();
    at := pg_current_wal_insert_lsn();
  end if;
end $$;

-- new_life tells every box that what the database held before may be missing.
create function checkpoint.new_life() returns void
language sql security definer set search_path = pg_catalog as $$
  insert into checkpoint.life (token, origin) values (uuid_send(gen_random_uuid()), checkpoint.origin())
  on conflict (only_row) do update set token = excluded.token, origin = excluded.origin, since = now()
$$;
select checkpoint.new_life();

-- Boxes whose key the province knows; enrolment writes it.
create table checkpoint.box (
  box text primary key,
  key bytea not null check (length(key) = 32) -- Ed25519: signs segment headers
);

-- One row for each segment of a box's journal. held are the sequences in
-- checkpoint.record, gone those that the box declared unreadable, opened those
-- that the opener has dealt with.
create table checkpoint.segment (
  box text not null,
  epoch bigint not null, -- 64 bits, shown unsigned elsewhere
  header bytea not null,
  started timestamptz not null default now(),
  version bigint not null default 0,
  held int8multirange not null default '{}',
  gone int8multirange not null default '{}',
  opened int8multirange not null default '{}',
  waiting boolean not null default false, -- for the opener
  first_day date,
  last_day date,
  primary key (box, epoch)
);
create index segment_waiting on checkpoint.segment (started) where waiting;

create function checkpoint.reach(m int8multirange) returns bigint language sql immutable as $$
  select coalesce((select upper(r) - 1 from unnest(m) r where lower(r) = 1), 0)
$$;
create function checkpoint.missing(m int8multirange) returns int8multirange language sql immutable as $$
  select case when isempty(m) then '{}' else int8multirange(int8range(1, upper(m))) - m end
$$;
create function checkpoint.size(m int8multirange) returns bigint language sql immutable as $$
  select coalesce(sum(upper(r) - lower(r)), 0)::bigint from unnest(m) r
$$;

-- Sealed records. Time and lane are what a box wrote, unchecked: numbers and
-- bytes, so that nothing a box writes can make an insert fail.
create table checkpoint.record (
  day date not null, -- of millis, in Vietnam
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  millis bigint not null, -- since 1970, UTC
  trusted boolean not null,
  lane bytea not null,
  body bytea not null,
  received timestamptz not null default now(),
  primary key (box, epoch, seq, day)
) partition by range (day);
-- Days that no sound clock writes.
create table checkpoint.record_other partition of checkpoint.record default;

-- Records that came under a number that was given away already.
create table checkpoint.conflict (
  box text not null,
  epoch bigint not null,
  seq bigint not null,
  digest bytea not null,
  millis bigint not null,
  trusted boolean not null,
  lane bytea not null,
  body bytea not null,
  received timestamptz not null default now(),
  primary key (box, epoch, seq, digest)
);

-- ensure_day makes the partition of a day. Days far off stay in the default
-- partition, so that a wrong clock cannot fill the catalogue; they move when
-- their day comes near.
create function checkpoint.ensure_day(parent regclass, d date) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  space text;
  base text;
  name text;
begin
  select n.nspname, c.relname into space, base from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = parent;
  name := base || '_' || to_char(d, 'YYYYMMDD');
  if d not between current_date - 400 and current_date + 14 or to_regclass(format('%I.%I', space, name)) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(7240802);
  if to_regclass(format('%I.%I', space, name)) is not null then
    return;
  end if;
  execute format('create table %I.%I (like %I.%I including all)', space, name, space, base);
  execute format('lock table %I.%I in access exclusive mode', space, base || '_other');
  execute format('with moved as (delete from %I.%I where day = %L returning *) insert into %I.%I select * from moved',
    space, base || '_other', d, space, name);
  execute format('alter table %I.%I attach partition %I.%I for values from (%L) to (%L)', space, base, space, name, d, d + 1);
end $$;
