-- Photos of paper forms, sealed, in pieces as they came. id is the first half of
-- the SHA-256 of the whole: a photo is whole when its pieces prove it. A day as for
-- records: of millis, in Vietnam.
create table checkpoint.photo (
  day date not null,
  box text not null,
  id bytea not null check (length(id) = 16),
  pieces smallint not null,
  piece smallint not null, -- from 0
  millis bigint not null, -- when it was taken, since 1970, UTC: it opens under no other
  body bytea not null,
  received timestamptz not null default now(),
  primary key (id, box, millis, pieces, piece, day)
) partition by range (day);
create table checkpoint.photo_other partition of checkpoint.photo default;

-- photo is a photo that is whole, with when it was taken; no row before.
create function checkpoint.photo(whose text, photo_id bytea, out millis bigint, out sealed bytea) returns setof record
language sql stable set search_path = pg_catalog as $$
  select p.millis, string_agg(p.body, '' order by p.piece)
  from checkpoint.photo p where p.box = whose and p.id = photo_id
  group by p.millis, p.pieces
  having count(*) = p.pieces and substr(sha256(string_agg(p.body, '' order by p.piece)), 1, 16) = photo_id
  limit 1
$$;

-- forget_before removes photos as well.
create or replace function checkpoint.forget_before(first date) returns table (dropped bigint, removed bigint)
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
  foreach parent in array array['checkpoint.record', 'checkpoint.photo', 'opened.scan', 'opened.outcome', 'opened.paper', 'opened.event'] loop
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
  delete from checkpoint.photo_other where received < first;
  delete from checkpoint.conflict where received < first;
  delete from opened.failure where since < first;
  delete from office.correction where at < first;
  return next;
end $$;

-- forget_photo removes one, with the person on it.
create function checkpoint.forget_photo(whose text, photo_id bytea) returns void
language sql security definer set search_path = pg_catalog as $$
  delete from checkpoint.photo p where p.box = whose and p.id = photo_id
$$;
