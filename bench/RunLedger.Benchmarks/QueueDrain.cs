using Microsoft.Extensions.Hosting;

namespace RunLedger.Benchmarks;

/// <summary>Fills a queue, drains it, and checks that what came out is what went in.</summary>
static class QueueDrain
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>One drain.</summary>
    public static async Task<Drain> Of(
        Servers servers, string queue, int runs, Func<ConsumeTimer, IHost> subject, bool writes, TimeProvider time,
        int together = 1)
    {
        using (var topology = subject(new ConsumeTimer()))
        {
            // Declares the queue; nothing is in it.
            await topology.StartAsync();
            await topology.StopAsync();
        }

        var (completed, rejected) = writes ? (await Completed(servers), await Rejected(servers)) : default;
        await QueuePreload.Fill(servers, queue, ReferenceWorkload.Messages(runs, time.GetUtcNow()), together);
        var (rows, commits) = await servers.Writes();
        var consumption = new ConsumeTimer();
        consumption.Expect(runs * ReferenceWorkload.MessagesPerRun);
        using (var host = subject(consumption))
        {
            await host.StartAsync();
            await consumption.All(Limit);
            await host.StopAsync();
        }

        if (await servers.TakeObservations(queue) is > 0 and var left)
            throw new BenchException($"{left:N0} messages are left in {queue}.");
        if (writes
            && (await Completed(servers) - completed, await Rejected(servers) - rejected) is var (more, bad)
            && (more, bad) != (runs, 0))
            throw new BenchException($"{more:N0} of {runs:N0} runs are complete and {bad:N0} messages were rejected.");
        var (allRows, allCommits) = await servers.Writes();
        var messages = runs * ReferenceWorkload.MessagesPerRun;
        var costs = consumption.Costs with { RowWrites = allRows - rows, Commits = allCommits - commits };
        return new Drain(messages / consumption.Elapsed.TotalSeconds, costs / messages);
    }

    static Task<long> Completed(Servers servers) => servers.Query<long>(
        $"""
        select count(*) from process_run_observation r where process_candidate_code = '{ReferenceWorkload.Candidate}'
          and status = 'completed' and 3 =
          (select count(*) from process_component_observation c
           where c.process_run_id = r.process_run_id and c.status = 'step_completed')
        """);

    static Task<long> Rejected(Servers servers) => servers.Query<long>("select count(*) from rejected_observation");
}
