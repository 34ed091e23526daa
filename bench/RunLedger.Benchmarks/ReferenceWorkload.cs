using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>
/// Runs of eight messages (start, three steps started and completed, completion), many of them interleaved.
/// </summary>
static class ReferenceWorkload
{
    public const string Candidate = "PROC-CAND:bench";
    public const int MessagesPerRun = 8;
    const int Interleaved = 200;

    /// <summary>The messages of whole runs, interleaved as a busy system sends them.</summary>
    /// <param name="runs">How many.</param>
    /// <param name="start">When the first starts.</param>
    /// <param name="apart">How long after one the next does; without it a millisecond.</param>
    /// <param name="of">Of which candidate each is, and whether it fails; without it all are of one, and well.</param>
    public static IEnumerable<RunObservation> Messages(
        int runs,
        DateTimeOffset start,
        TimeSpan? apart = null,
        Func<int, (string Candidate, bool Fails)>? of = null)
    {
        var step = apart ?? TimeSpan.FromMilliseconds(1);
        for (var first = 0; first < runs; first += Interleaved)
        {
            var group = Enumerable.Range(first, Math.Min(Interleaved, runs - first))
                .Select(n => Run(start + n * step, of?.Invoke(n) ?? (Candidate, false)).ToArray()).ToArray();
            for (var message = 0; message < MessagesPerRun; message++)
            {
                foreach (var run in group)
                    yield return run[message];
            }
        }
    }

    /// <summary>A message as <c>POST /api/observations</c> takes it.</summary>
    public static string Line(RunObservation message)
    {
        var json = JsonSerializer.SerializeToNode(message, message.GetType(), JsonSerializerOptions.Web)!;
        json.AsObject().Insert(0, "type", JsonValue.Create(message.GetType().Name));
        return json.ToJsonString();
    }

    /// <summary>A message as MassTransit's envelope.</summary>
    public static byte[] Envelope(RunObservation message) => Envelope(message, message.OccurredAt);

    /// <summary>Many in one message, as MassTransit's envelope.</summary>
    public static byte[] Envelope(RunObservation[] observations) =>
        Envelope(new RunObservations { Observations = observations }, observations[^1].OccurredAt);

    static byte[] Envelope(object message, DateTimeOffset sentAt) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            MessageId = Guid.CreateVersion7(),
            ConversationId = Guid.CreateVersion7(),
            SourceAddress = "rabbitmq://localhost/bench",
            DestinationAddress = $"rabbitmq://localhost/RunLedger.Contracts:{message.GetType().Name}",
            MessageType = (string[])[$"urn:message:RunLedger.Contracts:{message.GetType().Name}"],
            Message = message,
            SentTime = sentAt,
            Headers = new Dictionary<string, string>(),
            Host = new { MachineName = "bench", ProcessName = "bench", MassTransitVersion = "8.5.12.0" },
        },
        JsonSerializerOptions.Web);

    static IEnumerable<RunObservation> Run(DateTimeOffset start, (string Candidate, bool Fails) run)
    {
        var id = Guid.CreateVersion7();
        var key = id.ToString("N");
        yield return new RunStarted
        {
            ProcessRunId = id,
            ProcessCandidateCode = run.Candidate,
            CorrelationId = key,
            InputRef = "s3://in",
            SourceSystem = SourceSystems.DotRuntime,
            OccurredAt = start,
        };
        for (var step = 0; step < 3; step++)
        {
            var component = Guid.CreateVersion7();
            yield return new StepStarted
            {
                ProcessRunId = id,
                ProcessCandidateCode = run.Candidate,
                CorrelationId = key,
                ComponentRunId = component,
                DotCode = $"dot_bench_{step}",
                ComponentRole = ComponentRoles.Step,
                SourceSystem = SourceSystems.DotRuntime,
                OccurredAt = start.AddSeconds((2 * step) + 1),
            };
            yield return new StepCompleted
            {
                ProcessRunId = id,
                ProcessCandidateCode = run.Candidate,
                CorrelationId = key,
                ComponentRunId = component,
                OutputRef = "s3://step",
                SourceSystem = SourceSystems.DotRuntime,
                OccurredAt = start.AddSeconds((2 * step) + 2),
            };
        }

        if (run.Fails)
        {
            yield return new RunFailed
            {
                ProcessRunId = id,
                ProcessCandidateCode = run.Candidate,
                CorrelationId = key,
                ErrorRef = $"order {key} was not found",
                SourceSystem = SourceSystems.DotRuntime,
                OccurredAt = start.AddSeconds(8),
            };
            yield break;
        }

        yield return new RunCompleted
        {
            ProcessRunId = id,
            ProcessCandidateCode = run.Candidate,
            CorrelationId = key,
            OutputRef = "s3://out",
            SourceSystem = SourceSystems.DotRuntime,
            OccurredAt = start.AddSeconds(8),
        };
    }
}
