-- What the office's register says of each box, for the opener, who checks
-- signatures by it, and for the province's view, which names places by it.
alter table checkpoint.box
  alter column key drop not null, -- invited, and no machine has answered yet
  add column former bytea[] not null default '{}', -- keys of machines that stood in its place
  add column site text not null default '',
  add column site_type text not null default '',
  add column state text not null default '', -- invited, requested, approved, retired
  add column changed timestamptz not null default now();

create table checkpoint.lane (
  box text not null references checkpoint.box,
  lane text not null,
  direction text not null, -- in, out
  primary key (box, lane)
);

-- The view reads these: it has no business in the schema of sealed records.
create view people.box as select box, site, site_type, state, changed from checkpoint.box;
create view people.lane as
  select l.box, l.lane, l.direction, b.site, b.site_type, b.state from checkpoint.lane l join checkpoint.box b using (box);
