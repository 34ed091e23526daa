-- What the example reads of pgmq 1.13.1's tables, and what its functions write there.
create schema pgmq;
create table pgmq.meta (queue_name varchar unique not null);
create function created(queue text) returns void language plpgsql as $$ begin
  insert into pgmq.meta values (queue);
  execute format(
    'create table pgmq.%I (msg_id bigint primary key generated always as identity, read_ct int not null default 0, '
    'enqueued_at timestamptz not null default now(), last_read_at timestamptz, vt timestamptz not null, message jsonb)',
    lower('q_' || queue));
  execute format(
    'create table pgmq.%I (msg_id bigint primary key, read_ct int not null, enqueued_at timestamptz not null, '
    'last_read_at timestamptz, archived_at timestamptz not null default now(), vt timestamptz not null, message jsonb)',
    lower('a_' || queue));
end $$;
select created('Plain'), created('mend'), created('back'), created('archive'), created('pop');
-- example

-- Waits, is read, and is done: deleted.
insert into pgmq.q_plain (vt, message) values (clock_timestamp(), '{}');
--> Plain 1 queued ..
update pgmq.q_plain set last_read_at = clock_timestamp(), vt = clock_timestamp() + '30 s', read_ct = read_ct + 1;
--> Plain 1 running *..
delete from pgmq.q_plain;
--> Plain 1 completed *..*

-- Sent for later; read; not done in time, and read again.
insert into pgmq.q_mend (vt, message) values (clock_timestamp() + '5 s', '{}');
--> mend 1 queued ..
update pgmq.q_mend set last_read_at = clock_timestamp(), vt = clock_timestamp() + '30 s', read_ct = read_ct + 1;
--> mend 1 running *..
update pgmq.q_mend set last_read_at = clock_timestamp(), vt = clock_timestamp() + '30 s', read_ct = read_ct + 1;
--> mend 2 running *..
delete from pgmq.q_mend;
--> mend 2 completed *..*

-- Given back at once: waits under its number, and is the next attempt when it is read.
insert into pgmq.q_back (vt, message) values (clock_timestamp(), '{}');
--> back 1 queued ..
update pgmq.q_back set last_read_at = clock_timestamp(), vt = clock_timestamp() + '30 s', read_ct = read_ct + 1;
--> back 1 running *..
update pgmq.q_back set vt = clock_timestamp();
--> back 1 queued ..
update pgmq.q_back set last_read_at = clock_timestamp(), vt = clock_timestamp() + '30 s', read_ct = read_ct + 1;
--> back 2 running *..
delete from pgmq.q_back;
--> back 2 completed *..*

-- Archived, which deletes it too.
insert into pgmq.q_archive (vt, message) values (clock_timestamp(), '{}');
--> archive 1 queued ..
update pgmq.q_archive set last_read_at = clock_timestamp(), vt = clock_timestamp() + '30 s', read_ct = read_ct + 1;
--> archive 1 running *..
with archived as (delete from pgmq.q_archive returning *)
  insert into pgmq.a_archive (msg_id, read_ct, enqueued_at, last_read_at, vt, message)
    select msg_id, read_ct, enqueued_at, last_read_at, vt, message from archived;
--> archive 1 completed *..*

-- Popped: read and deleted in one, without a count.
insert into pgmq.q_pop (vt, message) values (clock_timestamp(), '{}');
--> pop 1 queued ..
delete from pgmq.q_pop;
--> pop 1 completed ..*

-- A queue that is made later is followed from then on.
select created('later'), run_ledger_follow();
insert into pgmq.q_later (vt, message) values (clock_timestamp(), '{}');
--> later 1 queued ..
delete from pgmq.q_later;
--> later 1 completed ..*
--= Plain completed 1: step_completed
--= archive completed 1: step_completed
--= back completed 2: cancelled, step_completed
--= later completed 1: step_completed
--= mend completed 2: cancelled, step_completed
--= pop completed 1: step_completed
