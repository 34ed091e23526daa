using RunLedger.Client;

namespace NightlyImport;

/// <summary>
/// The work: it reads rows, checks them and stores them, and says so. Nothing in it waits for the ledger.
/// </summary>
sealed class Import(IRunReporter reporter, TimeProvider time)
{
    /// <returns>How many rows were stored.</returns>
    public Task<int> Run(IReadOnlyList<string> source) => reporter.Run(
        "PROC-CAND:sample:nightly-import",
        async run =>
        {
            var rows = await run.Step("read", _ => Task.FromResult(source));
            await run.Step("check", _ =>
            {
                if (rows.FirstOrDefault(string.IsNullOrWhiteSpace) is not null)
                    throw new InvalidDataException("a row is empty");
                return Task.CompletedTask;
            });
            await run.Step("store", _ => Task.CompletedTask);
            run.Complete(evidence: new { rows = rows.Count });
            return rows.Count;
        },
        // One run a night, whoever starts it and however often.
        new() { IdempotencyKey = $"nightly-import/{time.GetUtcNow():yyyy-MM-dd}" });
}
