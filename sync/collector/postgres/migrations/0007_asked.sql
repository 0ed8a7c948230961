-- What the province's offices ask of the opened records.

-- What was shown to the guard stands in the outcome, and a further record tells
-- by its format whether it is a paper form or the vehicle that somebody sat in.
alter table opened.outcome add column findings text[] not null default '{}';
alter table opened.paper add column format text not null default '';

-- A day's lists in order of time, page by page; and the few rows of a day that
-- an office has to look at. The conditions stand in package view word for word.
create index scan_at on opened.scan (at);
create index scan_doubt on opened.scan (at)
  where findings && '{NOT_IN_DATA,NAME_DIFFERS,CARD_REISSUED}';
create index scan_paper on opened.scan (at) where format = 'paper-form';
create index outcome_vaccination on opened.outcome (at) where findings @> '{VACCINATION_PAPER_SHOWN}';

-- What people had corrected about themselves: it outlives the next import, which
-- may still be of the time before.
create table people.correction (
  number text primary key,
  name text, -- null: as imported
  birth_date date,
  commune text,
  at timestamptz not null default now()
);
create function people.corrected() returns void
language sql security definer set search_path = pg_catalog as $$
  update people.person p set name = coalesce(c.name, p.name), birth_date = coalesce(c.birth_date, p.birth_date),
    commune = coalesce(c.commune, p.commune)
  from people.correction c where c.number = p.number
    and (p.name, p.birth_date, p.commune) is distinct from
      (coalesce(c.name, p.name), coalesce(c.birth_date, p.birth_date), coalesce(c.commune, p.commune))
$$;
create function people.correct(whose text, new_name text, new_birth_date date, new_commune text) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
begin
  if not exists (select from people.person p where p.number = whose) then
    return false;
  end if;
  insert into people.correction as c (number, name, birth_date, commune) values (whose, new_name, new_birth_date, new_commune)
  on conflict (number) do update set name = coalesce(excluded.name, c.name), birth_date = coalesce(excluded.birth_date, c.birth_date),
    commune = coalesce(excluded.commune, c.commune), at = now();
  perform people.corrected();
  return true;
end $$;

-- forget_person takes the person out of the rows that stand under the tags, and
-- the sealed records of those rows away. What was counted stays.
create function opened.forget_person(tags bytea[]) returns bigint
language sql security definer set search_path = pg_catalog as $$
  with scans as (
    update opened.scan set who = null, tag = null, key_day = null, commune = '', known = false
    where tag is not null and tag = any(tags) returning day, box, epoch, seq
  ), papers as (
    update opened.paper set who = null, tag = null, key_day = null, commune = '', known = false
    where tag is not null and tag = any(tags) returning day, box, epoch, seq
  ), both_kinds as (
    select * from scans union all select * from papers
  ), sealed as (
    delete from checkpoint.record r using both_kinds b
    where r.day = b.day and r.box = b.box and r.epoch = b.epoch and r.seq = b.seq
  ), second as (
    delete from checkpoint.conflict c using both_kinds b where c.box = b.box and c.epoch = b.epoch and c.seq = b.seq
  )
  select count(*) from both_kinds
$$;

-- forget_before removes what was recorded of people before a day: the days'
-- partitions, and what wrong clocks wrote. Days that are kept are not touched,
-- nor counts, nor how far segments are held: a record that comes again is known.
create function checkpoint.forget_before(first date) returns table (dropped bigint, removed bigint)
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '30s' as $$
declare
  parent text;
  part regclass;
  n bigint;
begin
  if first is null or first > current_date then
    raise exception 'forget_before: % is not over', first;
  end if;
  dropped := 0;
  removed := 0;
  foreach parent in array array['checkpoint.record', 'opened.scan', 'opened.outcome', 'opened.paper', 'opened.event'] loop
    for part in
      select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = parent::regclass and c.relname ~ '_[0-9]{8}$' and to_date(right(c.relname, 8), 'YYYYMMDD') < first
    loop
      execute format('drop table %s', part);
      dropped := dropped + 1;
    end loop;
    execute format('delete from %s_other where day < %L', parent, first);
    get diagnostics n = row_count;
    removed := removed + n;
  end loop;
  -- Written by a clock that runs ahead: kept by when they came.
  foreach parent in array array['opened.scan', 'opened.paper'] loop
    execute format('delete from %s_other where key_day < %L', parent, first);
    get diagnostics n = row_count;
    removed := removed + n;
  end loop;
  delete from checkpoint.record_other where received < first;
  delete from checkpoint.conflict where received < first;
  delete from opened.failure where since < first;
  delete from office.correction where at < first;
  return next;
end $$;

-- ensure_day as before, but for who waited for the lock: to_regclass had kept in
-- mind that there was no such table, and an advisory lock does not make it look
-- again. A query does.
create or replace function checkpoint.ensure_day(parent regclass, d date) returns void
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
  if exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = space and c.relname = name) then
    return;
  end if;
  execute format('create table %I.%I (like %I.%I including all)', space, name, space, base);
  execute format('lock table %I.%I in access exclusive mode', space, base || '_other');
  execute format('with moved as (delete from %I.%I where day = %L returning *) insert into %I.%I select * from moved',
    space, base || '_other', d, space, name);
  execute format('alter table %I.%I attach partition %I.%I for values from (%L) to (%L)', space, base, space, name, d, d + 1);
end $$;
