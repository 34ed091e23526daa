using System.Text.Json;
using CsCheck;
using RunLedger.Contracts;

namespace RunLedger.Testing;

/// <summary>
/// Sets of observations about a few runs, components and keys, made to collide: equal times, disagreeing identities,
/// keys that link different ids, evidence that competes.
/// </summary>
static class ObservationGen
{
    static readonly Guid[] Ids = [.. Enumerable.Range(1, 4).Select(n => new Guid(n, 0, 0, new byte[8]))];
    static readonly Gen<Guid> Run = Pick(Ids);
    static readonly Gen<Guid> Component = Pick<Guid>([.. Ids.Select((_, n) => new Guid(n + 1, 1, 0, new byte[8]))]);
    static readonly Gen<string?> Text = Pick(null, null, null, "a", "b");
    static readonly Gen<JsonElement?> Evidence = Pick(
        null, null, Json("""{"n":1.50,"b":[1,2]}"""), Json("\"x\""), Json("""{"b":{},"a":1e2}"""));

    static readonly Gen<RunObservation> One =
        from kind in Gen.Int[0, 9]
        from run in Run
        from component in Component
        from at in Gen.Int[0, 3]
        from candidate in Pick("P", "P", "P", "P", "Q")
        from source in Pick(
            SourceSystems.DotRuntime, SourceSystems.DotRuntime, SourceSystems.DotRuntime, SourceSystems.JobQueue)
        from key in Pick(null, null, null, null, null, null, null, null, "k1", "k2", "k3")
        from parent in Pick<Guid?>(null, null, null, Ids[0], Ids[1])
        from attempt in Pick<int?>(null, null, null, null, null, null, 1, 2, 2, 3)
        from texts in Text.Array[5]
        from evidence in Evidence
        let message = Make(kind) with
        {
            ProcessRunId = run,
            ProcessCandidateCode = candidate,
            CorrelationId = "c",
            SourceSystem = source,
            OccurredAt = Some.Noon.AddSeconds(at),
            IdempotencyKey = key,
            ParentRunId = parent,
            Attempt = attempt,
            InputRef = texts[0],
            OutputRef = texts[1],
            ErrorRef = texts[2],
            EvidenceRef = evidence,
        }
        select message is StepObservation step
            ? step with { ComponentRunId = component, DotCode = texts[3], EventCode = texts[4] }
            : message;

    /// <summary>A set of observations.</summary>
    public static readonly Gen<RunObservation[]> Set = One.Array[1, 14];

    /// <summary>A set in which so many ends and identities disagree that not all of them can be remembered.</summary>
    public static readonly Gen<RunObservation[]> Disagreeing =
        (from message in One
         from at in Gen.Int[0, 60]
         from correlation in Gen.Int[0, 60]
         select message with
         {
             OccurredAt = Some.Noon.AddSeconds(at),
             CorrelationId = $"c{correlation}",
         }).Array[30, 60];

    /// <summary>A set with so many attempts at a run that not all of them can be remembered.</summary>
    public static readonly Gen<RunObservation[]> Persistent =
        (from message in One
         from attempt in Gen.Int[1, 60]
         select message with { Attempt = attempt }).Array[40, 80];

    /// <summary>The same set twice: as generated, and permuted with some of it repeated.</summary>
    public static readonly Gen<(RunObservation[] Once, RunObservation[] Again, int[] Batches)> Twice =
        from once in Set
        from repeated in Gen.Int[0, once.Length - 1].Array[0, once.Length]
        from order in Gen.Int.Array[once.Length + repeated.Length]
        let all = once.Concat(repeated.Select(n => once[n])).ToArray()
        let again = all.Zip(order).OrderBy(pair => pair.Second).Select(pair => pair.First).ToArray()
        from batches in Gen.Int[1, 5].Array[1, 6]
        select (once, again, batches);

    static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    static RunObservation Make(int kind)
    {
        var run = Some.Run();
        return kind switch
        {
            0 => run.Observed(),
            1 => run.Started(),
            2 => run.Heartbeat(),
            3 => run.StepStarted(run.Id) with { ComponentRole = null },
            4 => run.StepCompleted(run.Id),
            5 => run.StepFailed(run.Id),
            6 => run.Completed(),
            7 => run.Failed(),
            8 => run.StepCancelled(run.Id),
            _ => run.Cancelled(),
        };
    }

    static JsonElement? Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
