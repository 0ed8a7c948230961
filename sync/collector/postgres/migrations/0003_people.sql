-- Names and communes from the province's own register. Boxes have none.
create schema people;

create table people.person (
  number text primary key,
  name text not null,
  birth_date date,
  commune text not null -- code; empty: not known
);

-- Other documents of a person: old numbers, health card, passport.
create table people.document (
  number text primary key,
  person text not null references people.person on delete cascade deferrable initially deferred
);

-- Each import counts: people whom the register did not know then are looked up
-- again.
create table people.import (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into people.import (version) values (0);

-- who is all that the opener may ask: whose a document is, and where that person
-- is registered.
create function people.who(numbers text[]) returns table (number text, person text, commune text)
language sql stable security definer set search_path = pg_catalog as $$
  select n, p.number, p.commune
  from unnest(numbers) n
  left join people.document d on d.number = n
  join people.person p on p.number = coalesce(d.person, n)
$$;
