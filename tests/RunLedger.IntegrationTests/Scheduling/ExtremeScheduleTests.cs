using System.Security.Cryptography;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Scheduling;

/// <summary>What few services schedule, through the broker and the database.</summary>
public sealed class ExtremeScheduleTests
{
    static readonly Uri Inbox = new("queue:letters");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    [Fact]
    public async Task A_body_of_a_megabyte_arrives_as_it_was_scheduled()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        using var service = await Service(site);
        var heard = service.Services.GetRequiredService<OtherService.Heard>();
        List<string> texts = [.. Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetHexString(1 << 20))];

        foreach (var text in texts)
            await Schedule(service, Now.AddSeconds(1), text);
        await Heard(heard, texts.Count, ledger);

        Assert.Equal(texts.Order(StringComparer.Ordinal), heard.Order(StringComparer.Ordinal));
        Assert.Empty(await LedgerRows.Rejected(site.Database));
        await service.StopAsync(Cancel);
    }

    [Fact]
    public async Task The_last_moment_of_9999_is_kept_until_it_is_cancelled_and_nobody_waits_for_it()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        using var service = await Service(site);
        var heard = service.Services.GetRequiredService<OtherService.Heard>();
        var last = await Schedule(service, DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc), "never");
        await Schedule(service, DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), "long ago");

        await Heard(heard, 1, ledger);
        Assert.Equal(["long ago"], heard);
        // What was heard is deleted after it was sent.
        await Eventually.Async(
            async () =>
                await Due(site) is var due && due is ["9999-12-31 23:59:59.999999"] ? null : string.Join(", ", due),
            TimeSpan.FromSeconds(60), () => ledger.Output);

        await CancelAsync(service, last);
        // Of a message that nobody has scheduled, and may yet.
        await CancelAsync(service, Guid.CreateVersion7());
        await Schedule(service, Now, "next");
        await Heard(heard, 2, ledger);
        await Eventually.Async(
            async () => await Due(site) is { Count: > 0 } left ? string.Join(", ", left) : null,
            TimeSpan.FromSeconds(60), () => ledger.Output);
        Assert.Equal(["long ago", "next"], heard);
        Assert.Empty(await LedgerRows.Rejected(site.Database));
        await service.StopAsync(Cancel);
    }

    static Task<IHost> Service(LedgerSite site) => OtherService.Start(
        site.Broker, bus => bus.AddConsumer<LetterConsumer>().Endpoint(endpoint => endpoint.Name = "letters"));

    static async Task<Guid> Schedule(IHost service, DateTime due, string text)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var scheduler = scope.ServiceProvider.GetRequiredService<IMessageScheduler>();
        return (await scheduler.ScheduleSend(Inbox, due, new Letter { Text = text }, Cancel)).TokenId;
    }

    static async Task CancelAsync(IHost service, Guid token)
    {
        await using var scope = service.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().CancelScheduledSend(Inbox, token, Cancel);
    }

    static Task Heard(OtherService.Heard heard, int messages, LedgerProcess ledger) => Eventually.Async(
        () => Task.FromResult(heard.Count < messages ? $"{heard.Count} of {messages} arrived" : null),
        TimeSpan.FromSeconds(90),
        () => ledger.Output);

    static Task<List<string>> Due(LedgerSite site) => site.List(
        "select coalesce(to_char(due_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US'), 'long ago') "
        + "from scheduled_message where repeat_every is null and cancelled_at is null");

    public sealed record Letter
    {
        public required string Text { get; init; }
    }

    sealed class LetterConsumer(OtherService.Heard heard) : IConsumer<Letter>
    {
        public Task Consume(ConsumeContext<Letter> context)
        {
            heard.Enqueue(context.Message.Text);
            return Task.CompletedTask;
        }
    }
}
