using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Direct;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Storage.Sqlite;
using RunLedger.Telemetry;
using RunLedger.Testing;

namespace RunLedger.Tests.Folding;

/// <summary>A row is a function of the set of observations: whatever their order, number and grouping.</summary>
public sealed class FoldPropertyTests : IAsyncLifetime
{
    static readonly string Folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
    static readonly string[] Tables =
    [
        "process_run_observation", "process_component_observation", "process_run_key", "process_component_key",
        "process_run_alias", "process_component_alias", "run_status_count",
    ];

    readonly string _file = Path.Combine(Folder, $"run-ledger-{Guid.CreateVersion7()}.db");
    readonly RunLedgerOptions _options = new();
    readonly LedgerMeter _meter = new();
    LedgerStore _store = null!;
    SqliteConnection _reader = null!;

    public ValueTask InitializeAsync()
    {
        _store = new LedgerStore(_file);
        _store.Open();
        _reader = new SqliteConnection(
            LedgerStore.ConnectionString(_file).Replace("Foreign Keys=True", "Foreign Keys=False"));
        _reader.Open();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _meter.Dispose();
        _reader.Dispose();
        _store.Dispose();
        File.Delete(_file);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(200)]
    [InlineData(5_000, Explicit = true)]
    public async Task Any_permutation_with_repetitions_in_any_batches_gives_identical_rows(int sets)
    {
        await ObservationGen.Twice.SampleAsync(
            async set =>
            {
                var once = await Rows(set.Once, [1]);
                var again = await Rows(set.Again, set.Batches);
                return once == again ? true : throw new InvalidOperationException($"\nonce:  {once}\nagain: {again}");
            },
            iter: sets,
            threads: 1);
    }

    [Theory]
    [InlineData(150)]
    [InlineData(5_000, Explicit = true)]
    public async Task Any_split_into_messages_of_one_and_of_many_gives_the_rows_that_one_by_one_gives(int sets)
    {
        await ObservationGen.Twice.SampleAsync(
            async set =>
            {
                var once = await Rows(set.Once, [1]);
                var again = await Rows(set.Again, set.Batches, bulk: true);
                return once == again ? true : throw new InvalidOperationException($"\nonce:  {once}\nagain: {again}");
            },
            iter: sets,
            threads: 1);
    }

    // Rule 7: what the ledger infers by its clock never overrules an end, and leaves the promised columns alone.
    [Theory]
    [InlineData(150)]
    [InlineData(5_000, Explicit = true)]
    public async Task Deadlines_looked_at_anywhere_between_change_no_promised_column_and_no_end(int sets)
    {
        await ObservationGen.Twice.SampleAsync(
            async set =>
            {
                var once = Promised(await Rows(set.Once, [1]));
                var again = Promised(await Rows(set.Again, set.Batches, watched: true));
                return once == again ? true : throw new InvalidOperationException($"\nonce:  {once}\nagain: {again}");
            },
            iter: sets,
            threads: 1);
    }

    /// <summary>Without what the ledger infers: a flag, and the status it gives to a row that has not ended.</summary>
    static string Promised(string rows) => string.Join('\n', rows.Split('\n')
        .Where(line => !line.StartsWith("run_status_count", StringComparison.Ordinal))
        .Select(line =>
    {
        var at = line.IndexOf('{', StringComparison.Ordinal);
        var row = JsonSerializer.Deserialize<JsonObject>(line[at..])!;
        if (row["evidence_ref"] is JsonObject evidence)
        {
            evidence.Remove("flags");
            if (evidence["warnings"] is JsonArray warnings)
            {
                warnings.RemoveAll(warning => warning!.ToString().Contains("never observed", StringComparison.Ordinal));
                if (warnings.Count == 0)
                    evidence.Remove("warnings");
            }

            if (evidence.Count == 0)
                row["evidence_ref"] = null;
        }

        if (row["ended_at"] is null)
            row.Remove("status");
        return line[..at] + row.ToJsonString();
    }));

    static RejectedRow Refuse(string reason) => throw new InvalidOperationException(reason);

    /// <summary>
    /// The rows of the ledger after the observations, committed in batches of the given sizes in turn; in bulk all at
    /// once, what is more than one of them in one message.
    /// </summary>
    async Task<string> Rows(RunObservation[] observations, int[] batches, bool watched = false, bool bulk = false)
    {
        foreach (var table in Tables.Reverse())
            Execute($"delete from {table}");
        var validator = new ObservationValidator(_options, TimeProvider.System);
        var evaluator = new DeadlineEvaluator(_options, TimeProvider.System);
        await using var committer = new GroupCommitter(
            _store, _options, TimeProvider.System, NullLogger<GroupCommitter>.Instance, _meter);
        var intake = new BatchIntake(
            committer,
            validator,
            evaluator,
            new Rejections(TimeProvider.System),
            _options,
            TimeProvider.System,
            NullLogger<BatchIntake>.Instance);
        var taken = new List<Task>();
        for (int at = 0, batch = 0; at < observations.Length; at += batches[batch++ % batches.Length])
        {
            var chunk = observations.Skip(at).Take(batches[batch % batches.Length]).ToList();
            if (bulk && chunk.Count > 1)
            {
                var message = JsonSerializer.SerializeToElement(
                    new RunObservations { Observations = chunk }, JsonSerializerOptions.Web);
                taken.Add(intake.Take(
                    (ObservationBatch)ObservationBatch.Of(message), "test", null, default, CancellationToken.None));
                continue;
            }

            var commits = chunk.Select(message =>
            {
                Assert.True(validator.TryValidate(message, out var observation, out var reason), reason);
                return committer.Commit(
                    observation, rows => Fold(rows, observation, watched ? evaluator : null), Refuse);
            });
            taken.AddRange(commits.ToList());
            if (!bulk)
                await Task.WhenAll(taken);
            if (watched)
                await Look(committer, observations, new Random(at));
        }

        await Task.WhenAll(taken);
        Assert.Equal("0", Scalar("select count(*) from rejected_observation"));
        return string.Join('\n', Tables.SelectMany(Read));
    }

    /// <summary>Asks about any runs and components, at any time of the year after.</summary>
    async Task Look(GroupCommitter committer, RunObservation[] observations, Random random)
    {
        var time = new FakeTimeProvider(Some.Noon.AddMinutes(random.Next(500_000)));
        var evaluator = new DeadlineEvaluator(_options, time);
        await Task.WhenAll(observations.Where(_ => random.Next(2) == 0).Select(message =>
        {
            var deadline = new DeadlineReached
            {
                ProcessRunId = message.ProcessRunId,
                ComponentRunId = (message as StepObservation)?.ComponentRunId,
                DueAt = time.GetUtcNow().UtcDateTime,
                ParentKnown = random.Next(3) switch { 0 => true, 1 => false, _ => null },
            };
            return committer.Commit(deadline, rows =>
            {
                if (rows.Run is not { } run)
                    return Task.CompletedTask;
                if (rows.Component is { } component)
                    rows.Component = evaluator.Reached(run, component).Component;
                else
                    rows.Run = evaluator.Reached(run, deadline.ParentKnown).Run;
                return Task.CompletedTask;
            });
        }).ToList());
    }

    static Task Fold(MessageRows rows, Observation observation, DeadlineEvaluator? evaluator)
    {
        var run = RunProjection.Of(observation);
        var component = observation.Message is StepObservation ? ComponentProjection.Of(observation) : null;
        rows.Run = evaluator is null
            ? LedgerEntry.With(rows.Run, run)
            : evaluator.Observed(rows.Run, run, observation.Contract).Run;
        if (component is null)
            return Task.CompletedTask;
        rows.Component = evaluator is null
            ? LedgerEntry.With(rows.Component, component)
            : evaluator.ComponentObserved(rows.Component, component, observation.Contract);
        return Task.CompletedTask;
    }

    List<string> Read(string table)
    {
        using var command = _reader.CreateCommand();
        command.CommandText = $"select * from {table} order by 1, 2";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            var row = new JsonObject();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                var value = reader.IsDBNull(i) ? null : reader.GetValue(i);
                row[reader.GetName(i)] = reader.GetName(i) switch
                {
                    "created_at" or "live_at" or "deadline_at" or "settled_at" => null,
                    "fold" => Convert.ToHexString((byte[])value!),
                    "evidence_ref" when value is string json => JsonSerializer.Deserialize<JsonNode>(json),
                    _ => value?.ToString(),
                };
            }

            // A status nothing has any more stays as a zero.
            if (table != "run_status_count" || row["runs"]?.ToString() != "0")
                rows.Add($"{table} {row.ToJsonString()}");
        }

        return rows;
    }

    string? Scalar(string sql)
    {
        using var command = _reader.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    void Execute(string sql)
    {
        using var command = _reader.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
