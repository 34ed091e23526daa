using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Folding;
using RunLedger.Service.Actions;
using RunLedger.Service.Channels;
using RunLedger.Service.Incidents;
using RunLedger.Service.Outward;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>Rules and channels in a store of the test's own, and a clock that nobody moves but it.</summary>
public abstract class IncidentSuite(Provider provider) : StoreSuite(provider)
{
    private protected static readonly DateTime Noon = Some.Noon.UtcDateTime;

    private protected FakeTimeProvider Time { get; } = new(Some.Noon);
    private protected TakingChannel Receiver { get; } = new();
    private protected IncidentOptions Incidents { get; } = new();
    private protected ChannelOptions Channels { get; } = new();

    /// <summary>What the last look says of channels.</summary>
    private protected int Failing { get; private set; }

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A channel that takes what it is told to.</summary>
    private protected Task<List<string>> Channel(string name = "ops") => Query(
        $$"""
          insert into incident_channel (name, kind, settings, secrets, put_at, put_by)
          values ('{{name}}', 'webhook', '{}', '{}', '{{Text(Noon)}}', 'anna')
          """);

    private protected async Task<RuleOutcome> Rule(RuleBody body, string name = "rule")
    {
        if ((await Query("select 1 from incident_channel where name = 'ops'")).Count == 0)
            await Channel();
        var (rule, faults) = (body with { Channels = body.Channels ?? ["ops"] }).Read(name, "anna", Now);
        Assert.Empty(faults);
        return await Rules().Put(rule!, Token);
    }

    private protected RuleActions Rules() => new(Store.Transactions, new(Store.Transactions, Time));

    /// <summary>A run that ended, by the ledger's clock so long after noon.</summary>
    private protected async Task<Guid> Ended(
        double minutes, string status = "failed", string? error = "no answer", string candidate = "P",
        DateTime? endedAt = null)
    {
        var (id, at) = (Guid.CreateVersion7(), Noon.AddMinutes(minutes));
        await Query(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, source_system,
               status, created_at, ended_at, settled_at, error_ref)
             values ('{id}', '{candidate}', 'c', 'dot_runtime', '{status}', '{Text(at)}', '{Text(endedAt ?? at)}',
               '{Text(at)}', {(status == "failed" && error is not null ? $"'{error}'" : "null")})
             """);
        return id;
    }

    /// <summary>Looks so long after noon, as a process does that has just started.</summary>
    private protected async Task Look(double minutes)
    {
        At(minutes);
        await Looks(async watch =>
        {
            while (await watch.Once(Token))
            {
                // The next slice.
            }

            return true;
        });
    }

    private protected async Task<bool> Looks(Func<IncidentWatch, Task<bool>> look)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meter = new IncidentMeter(
            services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var watch = new IncidentWatch(
            Store.Transactions,
            [
                new StuckCondition(), new OrphanCondition(), new MissedCondition(), new SlowCondition(),
                new RejectedCondition(), new BehindCondition(Options), new ChannelCondition(Wrapped(Channels)),
            ],
            new IncidentTeller(Wrapped(Incidents)), new DeliverySignal(), meter, Wrapped(Incidents), Time);
        var more = await look(watch);
        Failing = meter.Failing;
        return more;
    }

    /// <summary>Sends what waits, as long as something gets through.</summary>
    /// <param name="process">Ends with the process that sends.</param>
    /// <returns>The longest time for which a channel is left alone then.</returns>
    private protected async Task<TimeSpan> Send(CancellationToken? process = null)
    {
        var longest = TimeSpan.Zero;
        var token = process ?? Token;
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var meter = new IncidentMeter(
            services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var outward = Wrapped(new OutwardOptions());
        var turn = new DeliveryTurn(
            Store.Transactions, new ChannelSender([Receiver], new SecretReader(outward), meter), Wrapped(Channels),
            outward, Time, NullLogger<DeliveryTurn>.Instance);
        foreach (var channel in await turn.Waiting(token))
        {
            TimeSpan? rest = null;
            while (rest is null)
                rest = await turn.Once(channel, token);
            longest = rest > longest ? rest.Value : longest;
        }

        return longest;
    }

    private protected void At(double minutes) => Time.AdjustTime(new(Noon.AddMinutes(minutes)));

    private protected DateTime Now => Time.GetUtcNow().UtcDateTime;

    /// <summary>What was told of incidents, in order, whether it has gone out or not.</summary>
    private protected Task<List<string>> Told() => Query("select kind from incident_delivery order by position");

    /// <summary>The same in words.</summary>
    private protected async Task<List<string>> Texts() =>
        (await Query("select body from incident_delivery order by position")).ConvertAll(body =>
            JsonDocument.Parse(body).RootElement.GetProperty("text").GetString()!);

    private protected static string Text(DateTime time) => LedgerTime.Text(time);

    private protected static IOptions<T> Wrapped<T>(T options)
        where T : class => Microsoft.Extensions.Options.Options.Create(options);
}
