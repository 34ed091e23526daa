using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Messages of the outbox are written by the commit they are about.</summary>
public abstract class OutboxConformance(Provider provider) : ScheduleSuite(provider)
{
    static readonly Guid Run = Guid.Parse("0198c0de-0000-7000-8000-00000000000a");

    static readonly RunStuck Notice = new()
    {
        ProcessRunId = Run,
        ProcessCandidateCode = "PROC-CAND:dot:kg",
        CorrelationId = "c",
        SourceSystem = SourceSystems.DotRuntime,
        OccurredAt = Some.Noon,
        Reason = "quiet",
    };

    [Fact]
    public async Task They_are_there_once_the_batch_is_committed_and_not_before()
    {
        var changes = new LedgerChanges(new(), new(), []);
        var row = OutboxMessage.From(Notice, Guid.CreateVersion7(), Some.Noon, Run);
        changes.Outbox.Add(row);

        await using (await Store.Ledger.Begin(new([], [], [], []), Cancel))
        {
            // Given up: nothing is written.
        }

        Assert.Empty(await Take(Noon));
        await using (var batch = await Store.Ledger.Begin(new([], [], [], []), Cancel))
            await batch.Commit(changes, Cancel);

        await using var claim = await Claim(Noon);
        var stored = Assert.Single(claim.Rows);
        Assert.Equal(
            (row.Token, row.MessageId, Run, null), (stored.Token, stored.MessageId, stored.RunId, stored.Destination));
        Assert.Equal("urn:message:RunLedger.Contracts:RunStuck", stored.MessageTypes.Split(';')[0]);
        Assert.Equal(row.Body, stored.Body);
    }

    [Fact]
    public async Task They_keep_the_order_in_which_the_commits_wrote_them()
    {
        var rows = Enumerable.Range(0, 20)
            .Select(_ => OutboxMessage.From(Notice, Guid.CreateVersion7(), Some.Noon, Run))
            .ToList();
        foreach (var chunk in rows.Chunk(5))
        {
            var changes = new LedgerChanges(new(), new(), []);
            changes.Outbox.AddRange(chunk);
            await using var batch = await Store.Ledger.Begin(new([], [], [], []), Cancel);
            await batch.Commit(changes, Cancel);
        }

        Assert.Equal(rows.Select(row => row.Token), await Take(Noon));
    }
}
