using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Storage.Rows;

namespace RunLedger.Benchmarks;

/// <summary>
/// An archive of two years in its own layout, as compaction leaves it, of runs that a ledger never saw.
/// </summary>
static class ArchivedRuns
{
    const int Months = 24, Candidates = 50, RunsOfASlice = 300_000;

    /// <summary>Of each run.</summary>
    public const int Components = 3;

    static readonly DateTime First = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Two slices at a time, as there are two processors.</summary>
    /// <param name="folder">Empty.</param>
    /// <param name="runs">How many in all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static void Write(string folder, int runs, CancellationToken cancellationToken)
    {
        var count = (runs + RunsOfASlice - 1) / RunsOfASlice;
        Parallel.For(
            0, count,
            new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken },
            at =>
            {
                var month = First.AddMonths(at * Months / count);
                var ids = Ids(at, Math.Min(RunsOfASlice, runs - (at * RunsOfASlice)));
                new ArchiveFolder(folder).Write(
                    ArchiveSlice.MonthOf(month), ids.Select((id, n) => Run(id, month, n)),
                    ids.SelectMany((id, n) => Parts(id, month, n)), manifest => manifest, cancellationToken);
            });
    }

    // Of no order in time, as ids are that are made of something else: every file may have any run.
    static Guid[] Ids(int slice, int count)
    {
        var random = new Random(slice);
        var bytes = new byte[16];
        var ids = new Guid[count];
        for (var n = 0; n < count; n++)
        {
            random.NextBytes(bytes);
            ids[n] = new Guid(bytes);
        }

        Array.Sort(ids);
        return ids;
    }

    static RunRow Run(Guid id, DateTime month, int n)
    {
        var started = month.AddSeconds(n * 8L % (28 * 86_400)).AddMicroseconds(n);
        var ended = started.AddSeconds(5 + (n * 7919L % 600));
        var failed = n % 50 == 7;
        return new()
        {
            ProcessRunId = id,
            ProcessCandidateCode = $"PROC-CAND:bench:{n % Candidates}",
            CorrelationId = $"c-{id}",
            Status = failed ? RunStatus.Failed : RunStatus.Completed,
            SourceSystem = "dot_runtime",
            InputRef = $"s3://in/{n}",
            OutputRef = failed ? null : $"s3://out/{n}",
            ErrorRef = failed ? $"connection to 10.0.0.{n % 200} timed out" : null,
            EvidenceRef =
                $$$$"""{"from": {"RunCompleted": {"at": "{{{{ended:O}}}}", "value": {"rows": {{{{n}}}} } } } }""",
            StartedAt = started,
            EndedAt = ended,
            CreatedAt = started,
            LastEventAt = ended,
            LiveAt = ended,
            SettledAt = ended,
            Fold = id.ToByteArray(),
        };
    }

    static IEnumerable<ComponentRow> Parts(Guid run, DateTime month, int n)
    {
        var bytes = run.ToByteArray();
        for (var part = 0; part < Components; part++)
        {
            // The last byte, so that they are in order.
            bytes[15] = (byte)((bytes[15] & 0xF0) | part);
            var started = month.AddSeconds(n * 8L % (28 * 86_400)).AddSeconds(part);
            yield return new()
            {
                ComponentRunId = new Guid(bytes),
                ProcessRunId = run,
                CorrelationId = $"c-{run}",
                Status = n % 50 == 7 && part == Components - 1 ? RunStatus.Failed : RunStatus.StepCompleted,
                SourceSystem = "dot_runtime",
                DotCode = $"dot_bench_{part}",
                ComponentRole = "step",
                StartedAt = started,
                EndedAt = started.AddSeconds(1 + (n % 60)),
                CreatedAt = started,
                Fold = bytes[..8],
            };
        }
    }
}
