using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using RunLedger.Contracts;
using RunLedger.GroupCommit;
using RunLedger.Runs;

namespace RunLedger.Tests.Runs;

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
    SqliteStore _store = null!;
    SqliteConnection _reader = null!;

    public ValueTask InitializeAsync()
    {
        _store = new SqliteStore(_file);
        _store.Open();
        _reader = new SqliteConnection(SqliteStore.ConnectionString(_file).Replace("Foreign Keys=True", "Foreign Keys=False"));
        _reader.Open();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _store.Dispose();
        File.Delete(_file);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Any_permutation_with_repetitions_in_any_batches_gives_identical_rows()
    {
        await ObservationGen.Twice.SampleAsync(
            async set =>
            {
                var once = await Rows(set.Once, [1]);
                var again = await Rows(set.Again, set.Batches);
                return once == again ? true : throw new InvalidOperationException($"\nonce:  {once}\nagain: {again}");
            },
            iter: 2_000,
            threads: 1);
    }

    /// <summary>The rows of the ledger after the observations, committed in batches of the given sizes in turn.</summary>
    async Task<string> Rows(RunObservation[] observations, int[] batches)
    {
        foreach (var table in Tables.Reverse())
            Execute($"delete from {table}");
        var door = new Door(_options, TimeProvider.System);
        await using var committer = new GroupCommitter(_store, _options, TimeProvider.System, NullLogger<GroupCommitter>.Instance);
        for (int at = 0, batch = 0; at < observations.Length; at += batches[batch++ % batches.Length])
        {
            var units = observations.Skip(at).Take(batches[batch % batches.Length]).Select(message =>
            {
                Assert.True(door.TryAdmit(message, out var observation, out var reason), reason);
                return committer.Commit(observation, rows => Fold(rows, observation));
            });
            await Task.WhenAll(units.ToList());
        }

        return string.Join('\n', Tables.SelectMany(Read));
    }

    static Task Fold(UnitRows rows, Observation observation)
    {
        rows.Run = Merge(rows.Run, RunFold.Of(observation));
        if (observation.Message is StepObservation)
            rows.Component = Merge(rows.Component, ComponentFold.Of(observation));
        return Task.CompletedTask;
    }

    static Fold Merge(Fold? known, Fold observed) => known is null ? observed : RunLedger.Runs.Fold.Merge(known, observed);

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
                    "created_at" => null,
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

    void Execute(string sql)
    {
        using var command = _reader.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
