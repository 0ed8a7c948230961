-- Who had a photo opened, and why: of looks nobody can take one back.
create table checkpoint.photo_look (
  at timestamptz not null default now(),
  account text not null,
  reason text not null,
  box text not null,
  id bytea not null
);
