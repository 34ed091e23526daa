using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>
/// Messages as JSON, and the rows they have to become. Both are written down as the story is made up, before anything
/// runs, and by nothing of the ledger's.
/// </summary>
sealed class Story
{
    readonly Random _random;
    readonly List<(string Contract, JsonObject Json)> _messages = [];
    readonly SortedDictionary<string, string> _rows = new(StringComparer.Ordinal);

    /// <param name="runs">How many runs.</param>
    /// <param name="seed">The same seed tells the same story.</param>
    public Story(int runs, int seed)
    {
        _random = new Random(seed);
        for (var n = 0; n < runs; n++)
            Run(n);
    }

    /// <summary>The expected rows, one a line.</summary>
    public string Rows => string.Join('\n', _rows.Values.Order(StringComparer.Ordinal));

    public int Runs => _rows.Values.Count(row => row.StartsWith("run", StringComparison.Ordinal));

    /// <summary>All messages in any order, a third of them twice.</summary>
    public IReadOnlyList<(string Contract, JsonObject Json)> Shuffled()
    {
        var all = _messages.Concat(_messages.Where(_ => _random.Next(3) == 0)).ToArray();
        _random.Shuffle(all);
        return all;
    }

    /// <summary>The rows of the ledger in the form of <see cref="Rows"/>.</summary>
    public static Task<string> Stored(TestDatabase database) => Stored(database.ConnectionString);

    /// <inheritdoc cref="Stored(TestDatabase)"/>
    public static async Task<string> Stored(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(
            """
            select coalesce(string_agg(line, e'\n' order by line collate "C"), '') from (
              select concat_ws('|', 'run', process_run_id, status, to_char(started_at at time zone 'UTC', 'HH24:MI:SS.US'),
                to_char(ended_at at time zone 'UTC', 'HH24:MI:SS.US'), output_ref, error_ref) line from process_run_observation
              union all
              select concat_ws('|', 'step', component_run_id, status, to_char(started_at at time zone 'UTC', 'HH24:MI:SS.US'),
                to_char(ended_at at time zone 'UTC', 'HH24:MI:SS.US'), output_ref, error_ref, process_run_id)
              from process_component_observation) rows
            """);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    void Run(int number)
    {
        var id = NextGuid();
        var start = new DateTime(2026, 11, 1, 8, 0, 0, DateTimeKind.Utc).AddMilliseconds(number * 7);
        // A key on the start only: whoever carries the id is about the run all the same.
        Say("RunStarted", id, start, ("idempotencyKey", $"run/{id}"), ("evidenceRef", new JsonObject { ["n"] = number }));
        var at = start;
        var lastStep = "step_completed";
        for (var step = 0; step < _random.Next(1, 4); step++)
        {
            var component = NextGuid();
            var begun = at = at.AddMilliseconds(_random.Next(1, 900));
            Say("StepStarted", id, begun, ("componentRunId", $"{component}"), ("dotCode", $"dot_{step}"));
            at = at.AddMilliseconds(_random.Next(1, 900));
            var failed = _random.Next(5) == 0;
            if (failed)
                Say("StepFailed", id, at, ("componentRunId", $"{component}"), ("errorRef", $"broke {step}"));
            else
                Say("StepCompleted", id, at, ("componentRunId", $"{component}"), ("outputRef", $"out {step}"));
            lastStep = failed ? "step_started" : "step_completed";
            Row("step", component, failed ? "failed" : "step_completed", begun, at,
                failed ? $"broke {step}" : $"out {step}", $"{id}");
        }

        Say("RunHeartbeat", id, at);
        at = at.AddMilliseconds(_random.Next(1, 900));
        switch (_random.Next(8))
        {
            case 0:
                Row("run", id, lastStep, start, null);
                break;
            case 1:
                Say("RunFailed", id, at, ("errorRef", "it broke"));
                Row("run", id, "failed", start, at, "it broke");
                break;
            case 2:
                Say("RunCancelled", id, at);
                Row("run", id, "cancelled", start, at);
                break;
            default:
                Say("RunCompleted", id, at, ("outputRef", "all done"));
                // A later end is a conflict and does not count.
                if (_random.Next(4) == 0)
                    Say("RunFailed", id, at.AddSeconds(1), ("errorRef", "too late"));
                Row("run", id, "completed", start, at, "all done");
                break;
        }
    }

    void Say(string contract, Guid run, DateTime at, params (string Name, JsonNode? Value)[] more)
    {
        var json = new JsonObject
        {
            ["processRunId"] = $"{run}", ["processCandidateCode"] = "PROC-CAND:story", ["correlationId"] = $"story-{run}",
            ["sourceSystem"] = "dot_runtime", ["occurredAt"] = at.ToString("O", CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in more)
            json[name] = value;
        _messages.Add((contract, json));
    }

    void Row(string kind, Guid id, string status, DateTime started, DateTime? ended, params string[] more) =>
        _rows[$"{kind}{id}"] = string.Join('|', ((string?[])[kind, $"{id}", status, Time(started), Time(ended), .. more])
            .Where(part => part is not null));

    static string? Time(DateTime? time) => time?.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    Guid NextGuid()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
