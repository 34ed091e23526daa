using System.Text.Json;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Expectations;

/// <summary>Slots that are judged by several replicas, in the middle of which one dies.</summary>
public sealed class KilledJudgeTests
{
    const int Slots = 30;
    const string Exchange = "RunLedger.Contracts:RunMissed";
    const string Queue = "missed";

    static readonly Dictionary<string, string> Judging = new() { ["RunLedger__Expected__JudgeEvery"] = "00:00:01" };

    [Fact]
    public async Task Replicas_of_which_one_is_killed_in_mid_judging_miss_and_tell_every_slot_once()
    {
        await using var site = await LedgerSite.Create();
        await using var broker = await new ConnectionFactory { Uri = site.Broker }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync();
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: true);
        await channel.QueueBindAsync(Queue, Exchange, "");
        await Execute(
            site,
            $"""
             insert into expectation select 'often', 'P', '* * * * *', null, 10, 0, null, 1, at, 'anna', at, at
             from (select now() - interval '{Slots} minutes' as at) armed
             """);
        await using var gate = await Gate.Close(
            site.Database, "after insert on missed_slot for each row",
            $"(select count(*) from missed_slot) >= {Slots / 2}");
        var first = await site.Start(Gate.Patient(site, Judging));
        await gate.Holds(1, () => site.Output);

        await first.Kill();
        await gate.Open();
        var replicas = await Task.WhenAll(site.Start(Judging), site.Start(Judging));

        await Eventually.Async(
            async () => await Missed(site) is { Count: var missed } && missed < Slots
                ? $"{missed} of {Slots} slots are missed"
                : null,
            TimeSpan.FromSeconds(90),
            () => site.Output);
        await Eventually.Async(
            async () => await Missed(site) is var missed && await channel.MessageCountAsync(Queue) is var told
                && told < missed.Count ? $"{told} of {missed.Count} were told" : null,
            TimeSpan.FromSeconds(90),
            () => site.Output);
        foreach (var replica in replicas)
            await replica.Stop();
        var slots = await Missed(site);
        var notices = await Told(channel);
        Assert.Equal(slots.Count, slots.Distinct().Count());
        Assert.Equal(slots, notices.Select(notice => notice.Slot).Order());
        Assert.Equal(slots.Count, notices.Select(notice => notice.Id).Distinct().Count());
    }

    static async Task<List<(string Id, DateTimeOffset Slot)>> Told(IChannel channel)
    {
        var told = new List<(string, DateTimeOffset)>();
        while (await channel.BasicGetAsync(Queue, autoAck: true) is { } notice)
        {
            using var envelope = JsonDocument.Parse(notice.Body);
            told.Add((
                notice.BasicProperties.MessageId!,
                envelope.RootElement.GetProperty("message").GetProperty("expectedAt").GetDateTimeOffset()));
        }

        return told;
    }

    static async Task<List<DateTimeOffset>> Missed(LedgerSite site) =>
    [
        .. (await site.List(
            "select to_char(slot_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SSZ') from missed_slot order by slot_at"))
            .Select(text => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
    ];

    static async Task Execute(LedgerSite site, string sql)
    {
        await using var command = site.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
