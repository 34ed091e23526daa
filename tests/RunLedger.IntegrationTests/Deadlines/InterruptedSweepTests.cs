using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Deadlines;

/// <summary>Sweeps of many runs in the middle of which something dies.</summary>
public sealed class InterruptedSweepTests
{
    const int Runs = 900;

    /// <summary>Flagged by then; every later flag waits, in the transaction that sets it.</summary>
    const int Middle = 300;

    /// <summary>Small batches, so that many are under way when something dies.</summary>
    static readonly Dictionary<string, string> Sweeping = DueRuns.Sweeping.Concat(LedgerSite.Slow).ToDictionary();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Replicas_of_which_one_is_killed_in_mid_sweep_flag_and_tell_every_run_once(int replicas)
    {
        await using var site = await LedgerSite.Create();
        await using var inbox = await NoticeInbox.Open(site.Broker);
        var runs = DueRuns.Started(Runs);
        await DueRuns.Store(site, runs);
        await using var gate = await InTheMiddle(site);
        var ledgers = await Task.WhenAll(
            Enumerable.Range(0, replicas).Select(_ => site.Start(Gate.Patient(site, Sweeping))));
        // Each is in the middle of a batch. That of the one that dies commits, and it does not live to hear of it.
        await gate.Holds(replicas, () => site.Output);

        await ledgers[0].Kill();

        Assert.InRange(
            await DueRuns.Count(site.Database, "status = 'stuck'"), Middle - LedgerSite.SlowBatch, Runs - Middle);
        await gate.Open();
        await DueRuns.EndLeases(site.Database);
        await DueRuns.AreFlaggedOnce(site, runs, inbox);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_that_goes_in_mid_sweep_and_comes_back_has_every_run_flagged_and_told_once(bool killed)
    {
        var postgres = await OwnPostgres.Create();
        var host = await VirtualHost.Create();
        await using var site = new LedgerSite(postgres.ConnectionString, host.Address, host, postgres);
        await using var inbox = await NoticeInbox.Open(site.Broker);
        var runs = DueRuns.Started(Runs);
        await DueRuns.Store(site, runs);
        await using var gate = await InTheMiddle(site);
        var ledger = await site.Start(Sweeping);
        await gate.Holds(1, () => site.Output);
        Assert.InRange(
            await DueRuns.Count(site.Database, "status = 'stuck'"), Middle - LedgerSite.SlowBatch, Runs - Middle);

        await (killed ? postgres.Kill() : postgres.Stop());
        // It is away for longer than a message that fails is tried again.
        await Eventually.Async(
            () => Task.FromResult(
                ledger.Everything.Contains("The service is Unhealthy", StringComparison.Ordinal)
                    ? null
                    : "it has not noticed"),
            TimeSpan.FromSeconds(60),
            () => ledger.Output);
        await postgres.Start();
        site.Database.Clear();

        await gate.Drop();
        await DueRuns.EndLeases(site.Database);
        await DueRuns.AreFlaggedOnce(site, runs, inbox);
    }

    static Task<Gate> InTheMiddle(LedgerSite site) => Gate.Close(
        site.Database,
        "after insert on scheduled_message for each row when (new.run_id is not null)",
        $"(select count(*) from process_run_observation where status = 'stuck') >= {Middle}");
}
