-- Who may do what. Applied after every migration, by the owner.

-- A function that runs as the owner finds no table or type of its caller's: where
-- pg_temp is not named it is searched first, and a caller's table or type of a
-- known name would run the caller's code as the owner.
do $$
declare f regprocedure;
begin
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef and n.nspname in ('checkpoint', 'opened', 'people', 'tally', 'place', 'fleet', 'office') loop
    execute format('alter function %s set search_path = pg_catalog, pg_temp', f);
  end loop;
end $$;

revoke all on all functions in schema checkpoint, opened, people, tally, place, fleet, office from public;
revoke all on schema checkpoint, opened, people, tally, place, fleet, office from checkpoint_receive, checkpoint_open, checkpoint_boxes, checkpoint_people, checkpoint_view;
revoke all on all tables in schema checkpoint, opened, people, tally, place, fleet, office from checkpoint_receive, checkpoint_open, checkpoint_boxes, checkpoint_people, checkpoint_view;

-- The receiver sees sealed bytes only.
grant usage on schema checkpoint to checkpoint_receive;
grant select on all tables in schema checkpoint to checkpoint_receive;
grant insert on checkpoint.record, checkpoint.conflict, checkpoint.segment, checkpoint.photo to checkpoint_receive;
grant update on checkpoint.segment to checkpoint_receive;
grant execute on all functions in schema checkpoint to checkpoint_receive;
revoke execute on function checkpoint.new_life(), checkpoint.forget_before(date), checkpoint.forget_photo(text, bytea) from checkpoint_receive;

grant usage on schema fleet to checkpoint_receive;
grant select, insert, update, delete on fleet.health, fleet.listener to checkpoint_receive;

-- The opener reads them and writes what they say, but never what is held.
grant usage on schema checkpoint, opened, people, tally to checkpoint_open;
grant select on all tables in schema checkpoint to checkpoint_open;
grant update (opened, waiting) on checkpoint.segment to checkpoint_open;
grant select, insert on all tables in schema opened to checkpoint_open;
grant execute on all functions in schema opened, tally to checkpoint_open;
grant select, insert, update on all tables in schema tally to checkpoint_open;
grant execute on function people.who(text[]) to checkpoint_open;
grant select on people.import to checkpoint_open;
grant update (who, tag, commune, known) on opened.scan, opened.paper to checkpoint_open;
grant update on opened.identified to checkpoint_open;
grant execute on function checkpoint.ensure_day(regclass, date), checkpoint.photo(text, bytea) to checkpoint_open;
grant insert on checkpoint.photo_look to checkpoint_open;
-- It has the days' keys, and so is who destroys them and removes what is too old.
grant execute on function checkpoint.forget_before(date) to checkpoint_open;

-- Who brings the office's register writes what boxes there are, and nothing else.
grant usage on schema checkpoint to checkpoint_boxes;
grant select, insert, update on checkpoint.box to checkpoint_boxes;
grant select, insert, update, delete on checkpoint.lane to checkpoint_boxes;

-- The population office's import sees no scan.
grant usage on schema people to checkpoint_people;
grant select, insert, update, delete, truncate on people.person, people.document to checkpoint_people;
grant select, update on people.import to checkpoint_people;
grant execute on function people.corrected() to checkpoint_people;

-- The province's view reads, and sees no sealed byte.
grant usage on schema opened, people, tally to checkpoint_view;
grant select on all tables in schema opened, people, tally to checkpoint_view;
-- It keeps accounts, sites and what was done with lists; of looks it can only add.
grant usage on schema place, fleet, office to checkpoint_view;
grant select, insert, update, delete on all tables in schema place, office to checkpoint_view;
revoke update, delete on office.look from checkpoint_view;
revoke delete on office.second from checkpoint_view;
grant select on all tables in schema fleet to checkpoint_view;
-- What a person may ask for by law, and no other change to people or scans. A photo
-- it may remove with the person, and not see.
grant execute on function people.correct(text, text, date, text), opened.forget_person(bytea[]) to checkpoint_view;
grant usage on schema checkpoint to checkpoint_view;
grant execute on function checkpoint.forget_photo(text, bytea) to checkpoint_view;
