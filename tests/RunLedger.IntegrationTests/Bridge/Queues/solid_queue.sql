-- What the example reads of Solid Queue 1.5.0's tables, and what it writes there. Times are in UTC, without a zone.
create table solid_queue_jobs (
  id bigserial primary key,
  queue_name varchar not null default 'default',
  class_name varchar not null,
  arguments text,
  active_job_id varchar,
  scheduled_at timestamp,
  finished_at timestamp,
  created_at timestamp not null default utc(0),
  updated_at timestamp not null default utc(0)
);
create table solid_queue_ready_executions (
  id bigserial primary key,
  job_id bigint not null unique references solid_queue_jobs on delete cascade,
  created_at timestamp not null default utc(0)
);
create table solid_queue_scheduled_executions (like solid_queue_ready_executions including all);
create table solid_queue_blocked_executions (like solid_queue_ready_executions including all);
create table solid_queue_claimed_executions (
  id bigserial primary key,
  job_id bigint not null unique references solid_queue_jobs on delete cascade,
  created_at timestamp not null
);
create table solid_queue_failed_executions (
  id bigserial primary key,
  job_id bigint not null unique references solid_queue_jobs on delete cascade,
  error text,
  created_at timestamp not null
);
create function job(class text) returns bigint language sql as $$
  select max(id) from solid_queue_jobs where class_name = class
$$;
create function enqueued(class text, errors text default '{}') returns void language sql as $$
  insert into solid_queue_jobs (class_name, active_job_id, arguments)
    values (class, md5(class)::uuid, '{"executions":0,"exception_executions":' || errors || ',"arguments":[]}');
  insert into solid_queue_ready_executions (job_id) values (job(class))
$$;
create function claimed(class text, seconds integer) returns void language sql as $$
  insert into solid_queue_claimed_executions (job_id, created_at)
    select job_id, utc(seconds) from solid_queue_ready_executions where job_id = job(class);
  delete from solid_queue_ready_executions where job_id = job(class)
$$;
create function finished(of bigint, seconds integer) returns void language sql as $$
  update solid_queue_jobs set finished_at = utc(seconds), updated_at = utc(seconds) where id = of;
  delete from solid_queue_claimed_executions where job_id = of
$$;
create function failed(class text, seconds integer, error text) returns void language sql as $$
  insert into solid_queue_failed_executions (job_id, created_at, error)
    values (job(class), utc(seconds), '{"exception_class":"RuntimeError","message":"' || error || '","backtrace":[]}');
  delete from solid_queue_claimed_executions where job_id = job(class)
$$;
create function retried(class text) returns void language sql as $$
  update solid_queue_jobs set updated_at = utc(30) where id = job(class);
  insert into solid_queue_ready_executions (job_id) values (job(class));
  delete from solid_queue_failed_executions where job_id = job(class)
$$;
-- example

-- Waits, is claimed, and is done.
select enqueued('Plain');
--> Plain 1 queued ..
select claimed('Plain', 2);
--> Plain 1 running 2..
select finished(job('Plain'), 5);
--> Plain 1 completed 2..5

-- Scheduled, then blocked, then ready; raises; retried by hand, in the same row; and done.
insert into solid_queue_jobs (class_name, active_job_id, scheduled_at, arguments)
  values ('Mend', md5('Mend')::uuid, utc(9), '{"executions":0,"exception_executions":{}}');
--> Mend 1 queued ..
insert into solid_queue_scheduled_executions (job_id) values (job('Mend'));
--> Mend 1 queued ..
with due as (delete from solid_queue_scheduled_executions where job_id = job('Mend') returning job_id)
  insert into solid_queue_blocked_executions (job_id) select job_id from due;
--> Mend 1 queued ..
with freed as (delete from solid_queue_blocked_executions where job_id = job('Mend') returning job_id)
  insert into solid_queue_ready_executions (job_id) select job_id from freed;
--> Mend 1 queued ..
select claimed('Mend', 10);
--> Mend 1 running 10..
select failed('Mend', 12, 'no \"room\"');
--> Mend 1 failed 10..12 RuntimeError: no \"room\"
select retried('Mend');
--> Mend 2 queued ..
select claimed('Mend', 31);
--> Mend 2 running 31..
select finished(job('Mend'), 33);
--> Mend 2 completed 31..33

-- retry_on: the row is finished, and the next one has the same Active Job.
select enqueued('RetryOn');
--> RetryOn 1 queued ..
select claimed('RetryOn', 2);
--> RetryOn 1 running 2..
select enqueued('RetryOn', '{"[ShopError]":1}');
--> RetryOn 2 queued ..
select finished(job('RetryOn') - 1, 4);
--> RetryOn 1 failed 2..4 tried again after [ShopError]:1
select claimed('RetryOn', 20);
--> RetryOn 2 running 20..
select failed('RetryOn', 22, 'given up');
--> RetryOn 2 failed 20..22 RuntimeError: given up

-- Enqueued again by itself, without an error.
select enqueued('Again');
--> Again 1 queued ..
select claimed('Again', 2);
--> Again 1 running 2..
select enqueued('Again'), finished(job('Again') - 1, 4);
--> Again 1 cancelled 2..4 enqueued again
--> Again 2 queued ..
select claimed('Again', 20);
--> Again 2 running 20..
select finished(job('Again'), 22);
--> Again 2 completed 20..22

-- Given back by a worker that stops: it goes on under its number.
select enqueued('Back');
--> Back 1 queued ..
select claimed('Back', 2);
--> Back 1 running 2..
with claim as (delete from solid_queue_claimed_executions where job_id = job('Back') returning job_id)
  insert into solid_queue_ready_executions (job_id) select job_id from claim;
--> Back 1 queued ..
select claimed('Back', 20);
--> Back 1 running 20..
select finished(job('Back'), 22);
--> Back 1 completed 20..22

-- Its worker died: Solid Queue fails what it had claimed.
select enqueued('Lost');
--> Lost 1 queued ..
select claimed('Lost', 2);
--> Lost 1 running 2..
select failed('Lost', 50, 'process 1 is gone');
--> Lost 1 failed 2..50 RuntimeError: process 1 is gone

-- Discarded while it waits; discarded after it failed, which is no other end.
select enqueued('Discard');
--> Discard 1 queued ..
delete from solid_queue_jobs where class_name = 'Discard';
--> Discard 1 cancelled ..*
select enqueued('DiscardFailed');
--> DiscardFailed 1 queued ..
select claimed('DiscardFailed', 2);
--> DiscardFailed 1 running 2..
select failed('DiscardFailed', 3, 'boom');
--> DiscardFailed 1 failed 2..3 RuntimeError: boom
delete from solid_queue_jobs where class_name = 'DiscardFailed';

-- Where finished jobs are not preserved: deleted while it is claimed.
select enqueued('Deleted');
--> Deleted 1 queued ..
select claimed('Deleted', 2);
--> Deleted 1 running 2..
delete from solid_queue_jobs where class_name = 'Deleted';
--> Deleted 1 completed 2..*
-- And a finished one that is cleared away, which is no end.
delete from solid_queue_jobs where class_name = 'Plain';
--= Again completed 2: cancelled, step_completed
--= Back completed 1: step_completed
--= Deleted completed 1: step_completed
--= Discard cancelled 1: cancelled
--= DiscardFailed failed 1: failed
--= Lost failed 1: failed
--= Mend completed 2: failed, step_completed
--= Plain completed 1: step_completed
--= RetryOn failed 2: failed, failed
