-- What boxes say of themselves: one row a box, the newest word. Nothing wrote to
-- the table of before.
drop table fleet.health;
create table fleet.health (
  box text primary key, -- whose topic it came on

  state text not null default '', -- ready, lost…; empty: not heard
  state_at timestamptz, -- when that word came
  state_since timestamptz, -- when it came first

  -- run and told number the words: one that was sent before never takes the place
  -- of one that was sent after it. 64 bits of a box are a bigint, as they lie.
  run bigint not null default 0,
  told bigint not null default 0,
  came timestamptz, -- when the health came; null: none did
  heard timestamptz, -- when it was said: when it came, or before where the broker had kept it
  at timestamptz, -- when it was said, by the box's clock
  snapshot bigint not null default 0,
  snapshot_of timestamptz, -- when its data were built
  offered bigint not null default 0,
  held smallint not null default 0,
  update_fault smallint not null default 0,
  damaged boolean not null default false,
  decided bigint not null default 0,
  refused bigint not null default 0,
  opened boolean not null default false,
  certificate_until timestamptz,
  commands_refused bigint not null default 0,
  marks_forged bigint not null default 0,
  waiting bigint not null default 0,
  handed_over timestamptz,
  faults text[] not null default '{}', -- of the box itself
  lanes text[] not null default '{}', -- these three go together
  lane_states smallint[] not null default '{}',
  lane_faults text[] not null default '{}'
);

-- Which receivers listen: without one the words above grow old unnoticed.
create table fleet.listener (
  collector text primary key,
  at timestamptz not null
);
