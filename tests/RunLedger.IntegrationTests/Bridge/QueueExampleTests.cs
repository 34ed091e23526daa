using System.Globalization;
using Npgsql;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Service.Bridge;
using RunLedger.Storage.Rows;

namespace RunLedger.IntegrationTests.Bridge;

/// <summary>
/// What the examples say of the queues that they are for. Where that differs, the lives as they are now lie in the
/// folder <c>queues</c> beside the assembly: take them over once they are right.
/// </summary>
public sealed class QueueExampleTests
{
    static readonly ObservationValidator Validator = new(new RunLedgerOptions(), TimeProvider.System);

    [Theory]
    [InlineData("oban")]
    [InlineData("river")]
    [InlineData("solid_queue")]
    [InlineData("pg_boss")]
    [InlineData("graphile_worker")]
    [InlineData("pgmq")]
    public async Task Each_state_of_a_queues_jobs_is_told_as_what_it_is(string queue)
    {
        await using var database = await TestDatabase.Create();
        var life = QueueLife.Of(queue);
        await database.Execute(life.Setup);
        await BridgeSite.Admit(database.DataSource, "select on run_ledger_jobs");
        await database.Execute($"grant select on began to {BridgeSite.Reader}");
        // The example may be run again, and does not depend on the time zone of whoever reads.
        await database.Execute(QueueLife.Text($"examples/{queue}.sql"));
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await Execute(connection, "set time zone 'Asia/Kathmandu'");
        var said = new List<Observation>();

        var lived = await life.Live(statement => Tell(connection, statement, said), () => Outcome(said));

        if (lived != life.Lives)
            Keep(queue, lived);
        Assert.Equal(life.Lives, lived);
    }

    // What the bridge's login reads of the rows that a statement wrote.
    static async Task<List<string>> Tell(NpgsqlConnection connection, string statement, List<Observation> said)
    {
        await Execute(connection, "begin");
        await Execute(connection, statement);
        var transaction = await Execute(connection, "select pg_current_xact_id()::text");
        await Execute(connection, $"commit; begin read only; set local role {BridgeSite.Reader}");
        var told = new List<string>();
        await using (var command = connection.CreateCommand())
        {
            // A time that the statement named is a full second; others are the database's.
            command.CommandText =
                """
                select concat_ws(' ', r.dot_code, r.attempt, r.status, s.of || '..' || e.of, r.error_ref,
                    case when r.ended_at < r.started_at then 'ENDED BEFORE IT STARTED' end,
                    case when r.queued_at < b.at or r.queued_at > now() then 'QUEUED AT ' || r.queued_at end),
                  row_to_json(r)::text
                from run_ledger_jobs r
                cross join began b
                cross join lateral (select case when date_trunc('second', r.started_at) <> r.started_at then '*'
                  else coalesce(extract(epoch from r.started_at - b.at)::integer::text, '') end of) s
                cross join lateral (select case when date_trunc('second', r.ended_at) <> r.ended_at then '*'
                  else coalesce(extract(epoch from r.ended_at - b.at)::integer::text, '') end of) e
                where r.transaction_id = $1::text::xid8
                order by r.dot_code, r.attempt, r.status
                """;
            command.Parameters.Add(new() { Value = transaction });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                told.Add(reader.GetString(0));
                var row = new BridgeRow(reader.GetString(1));
                foreach (var message in JobMapping.Of(row))
                {
                    Assert.True(Validator.TryValidate(message, out var observation, out var reason), reason);
                    said.Add(observation);
                }

                Assert.Empty(row.Faults);
            }
        }

        await Execute(connection, "commit");
        return told;
    }

    // Each run with its attempts, and what disagreed.
    static List<string> Outcome(List<Observation> said) =>
    [
        .. said.GroupBy(o => o.Message.ProcessRunId).Select(run =>
        {
            var header = RunRow.From(run.Select(RunProjection.Of).Aggregate(Fold.Merge));
            var steps = run.Where(o => o.Message is StepObservation)
                .GroupBy(o => ((StepObservation)o.Message).ComponentRunId)
                .Select(of => ComponentRow.From(
                    of.Select(ComponentProjection.Of).Aggregate(Fold.Merge), Guid.AllBitsSet))
                .OrderBy(step => step.StartedAt ?? step.EndedAt)
                .ToList();
            var conflicts = steps.Append<LedgerRow>(header)
                .Sum(row => row.EvidenceRef?.Split("also reported").Length - 1 ?? 0);
            var of = steps.FirstOrDefault()?.DotCode ?? header.ProcessCandidateCode;
            return $"{of} {header.Status.Text()} {header.Attempt.ToString(CultureInfo.InvariantCulture)}: "
                + string.Join(", ", steps.Select(step => step.Status.Text()))
                + (conflicts == 0 ? "" : ", and other ends");
        }).Order(StringComparer.Ordinal),
    ];

    static void Keep(string queue, string lived)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "queues"));
        File.WriteAllText(Path.Combine(folder.FullName, $"{queue}.sql"), lived);
    }

    static async Task<string?> Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync()) as string;
    }

    [Fact]
    public async Task A_job_of_Oban_that_fails_and_is_tried_again_is_a_completed_run()
    {
        await using var site = await BridgeSite.Create();
        Task Oban(string sql) => site.Execute($"set search_path = oban; {sql}");
        await site.Execute("create schema oban");
        await Oban(QueueLife.Of("oban").Setup);
        await BridgeSite.Admit(site.Source, "usage on schema oban");
        await BridgeSite.Admit(site.Source, "select on oban.run_ledger_jobs");
        await site.Start(new() { ["Bridge__JobQueue"] = "oban.run_ledger_jobs" });
        const string run = "select concat_ws(' ', process_candidate_code, correlation_id, status, "
            + "evidence_ref ->> 'attempt', ended_at - started_at, evidence_ref ->> 'conflicts', "
            + "evidence_ref ->> 'warnings') from process_run_observation";

        await Oban("insert into oban_jobs (queue, worker) values ('mail', 'Mail.Send')");
        await site.Answers(run, "PROC-CAND:oban:mail 1 observed");
        await Oban(
            "update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(2)");
        await site.Answers(run, "PROC-CAND:oban:mail 1 step_started");
        await Oban(
            """
            update oban_jobs set state = 'retryable', scheduled_at = utc(20),
              errors = errors || failed(1, 5, 'RuntimeError', 'boom')
            """);
        await site.Answers(run, "PROC-CAND:oban:mail 1 observed 2");
        // Quicker than the bridge looks.
        await Oban(
            """
            update oban_jobs set state = 'executing', attempt = attempt + 1, attempted_at = utc(21);
            update oban_jobs set state = 'completed', completed_at = utc(25)
            """);
        await site.Answers(run, "PROC-CAND:oban:mail 1 completed 2 00:00:04");

        await site.Answers(
            "select concat_ws(' ', dot_code, status, ended_at - started_at, error_ref) "
            + "from process_component_observation order by started_at",
            "Mail.Send failed 00:00:03 ** (RuntimeError) boom",
            "Mail.Send step_completed 00:00:04");
        Assert.Empty(await LedgerRows.Rejected(site.Ledger.Database));
    }
}
