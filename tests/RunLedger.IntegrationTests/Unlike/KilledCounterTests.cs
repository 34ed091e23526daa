using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using RunLedger.Unlike;

namespace RunLedger.IntegrationTests.Unlike;

/// <summary>Durations that are counted by several replicas, in the middle of which one dies.</summary>
public sealed class KilledCounterTests
{
    const int Runs = 2_000;

    static readonly Dictionary<string, string> Looking = new() { ["RunLedger__Unlike__LookEvery"] = "00:00:01" };

    [Fact]
    public async Task Replicas_of_which_one_is_killed_in_mid_counting_count_every_run_once()
    {
        await using var site = await LedgerSite.Create();
        await using (var fill = site.Database.CreateCommand(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, status,
               source_system, created_at, started_at, ended_at, settled_at)
             select gen_random_uuid(), 'P', 'c', 'completed', 'dot_runtime', at, at, at + interval '1 minute',
               at + interval '1 minute'
             from (select now() - interval '1 day' + i * interval '1 second' as at
               from generate_series(1, {Runs}) i) r
             """))
            await fill.ExecuteNonQueryAsync();
        await using var gate = await Gate.Close(
            site.Database, "after insert on counted_run for each row",
            $"(select count(*) from counted_run) >= {Runs / 2}");
        var first = await site.Start(Gate.Patient(site, Looking));
        await gate.Holds(1, () => site.Output);

        await first.Kill();
        await gate.Open();
        var replicas = await Task.WhenAll(site.Start(Looking), site.Start(Looking));

        await Eventually.Async(
            async () => await site.List("select count(*)::text from counted_run") is [var counted]
                && counted != $"{Runs}" ? $"{counted} of {Runs} runs are counted" : null,
            TimeSpan.FromSeconds(90),
            () => site.Output);
        foreach (var replica in replicas)
            await replica.Stop();
        var sketch = DurationSketch.Read(Convert.FromHexString(
            (await site.List("select encode(buckets, 'hex') from duration_sketch"))[0]));
        Assert.Equal(Runs, sketch.Count);
        Assert.InRange(sketch.Quantile(.5), 58.8, 61.2);
    }
}
