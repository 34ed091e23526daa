using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Deadlines;

/// <summary>Which policy counts, and what is wrong with those that are given.</summary>
public sealed class DeadlinePolicyTests
{
    [Theory]
    [InlineData("PROC-CAND:dot:kg", 1)]
    [InlineData("PROC-CAND:dot:other", 2)]
    [InlineData("proc-cand:dot:kg", 60)]
    [InlineData("OL:ns:job", 60)]
    public void The_first_policy_that_matches_counts_alone(string candidate, int minutes)
    {
        var options = new RunLedgerOptions();
        options.Deadlines.Policies.Add(new() { Candidate = "PROC-CAND:dot:k?", Run = TimeSpan.FromMinutes(1) });
        options.Deadlines.Policies.Add(new() { Candidate = "PROC-CAND:*", Run = TimeSpan.FromMinutes(2) });

        var policy = new DeadlineEvaluator(options, TimeProvider.System).PolicyOf(candidate);

        Assert.Equal(TimeSpan.FromMinutes(minutes), policy.Run);
    }

    [Fact]
    public void Every_fault_is_said_at_once()
    {
        var services = new ServiceCollection().AddMassTransit(bus => bus.AddRunLedger(options =>
        {
            options.PrefetchCount = 0;
            options.Deadlines.SweepEvery = TimeSpan.Zero;
            options.Deadlines.Policies.Add(new() { Candidate = "A*", Run = TimeSpan.FromSeconds(-1) });
            options.Deadlines.Policies.Add(new() { Candidate = "A*", Quiet = TimeSpan.FromDays(40_000) });
            options.Deadlines.Policies.Add(new() { Candidate = " " });
            options.Deadlines.Default.Candidate = "B";
        })).BuildServiceProvider();

        var faults = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<RunLedgerOptions>>().Value).Failures.ToList();

        Assert.Equal(7, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("PrefetchCount", StringComparison.Ordinal));
        Assert.Contains(
            faults, fault => fault.StartsWith("Deadlines:SweepEvery is 00:00:00", StringComparison.Ordinal));
        Assert.Contains(
            faults, fault => fault.StartsWith("Deadlines:Policies:0:Run is -00:00:01", StringComparison.Ordinal));
        Assert.Contains(
            faults,
            fault => fault.StartsWith("Deadlines:Policies:1:Quiet is 40000.00:00:00", StringComparison.Ordinal));
        Assert.Contains(
            faults, fault => fault.StartsWith("Deadlines:Policies:2:Candidate is empty", StringComparison.Ordinal));
        Assert.Contains(
            faults, fault => fault.StartsWith("Deadlines:Default:Candidate is 'B'", StringComparison.Ordinal));
        Assert.Contains(
            faults,
            fault => fault.StartsWith("Deadlines:Policies 0 and 1 are both for 'A*'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_policy_counts_for_runs_under_way_from_the_next_sweep()
    {
        var time = new FakeTimeProvider(Some.Noon);
        await using var ledger = await LedgerHarness.Start(time);
        var options = ledger.Service<RunLedgerOptions>();
        var (run, ended) = (Some.Run(), Some.Run());
        await ledger.Take(run.Started());
        await ledger.Take(ended.Started());
        await ledger.Take(ended.Completed());
        await ledger.Sweep();
        time.Advance(TimeSpan.FromMinutes(2));

        options.Deadlines.Default.Run = TimeSpan.FromMinutes(1);
        await ledger.Sweep();

        Assert.Equal(RunStatus.Stuck, (await ledger.Row(run.Id)).Status);
        Assert.Null((await ledger.Row(ended.Id)).DeadlineAt);
    }
}
