using System.Security.Cryptography;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RunLedger.IntegrationTests.Broker;

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
        await using var site = await LedgerSite.CreateAsync();
        var ledger = await site.StartAsync();
        using var service = await ServiceAsync(site);
        var heard = service.Services.GetRequiredService<OtherService.Heard>();
        List<string> texts = [.. Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetHexString(1 << 20))];

        foreach (var text in texts)
            await ScheduleAsync(service, Now.AddSeconds(1), text);
        await HeardAsync(heard, texts.Count, ledger);

        Assert.Equal(texts.Order(StringComparer.Ordinal), heard.Order(StringComparer.Ordinal));
        Assert.Empty(await LedgerRows.RejectedAsync(site.Database));
        await service.StopAsync(Cancel);
    }

    [Fact]
    public async Task The_last_moment_of_9999_is_kept_until_it_is_cancelled_and_nobody_waits_for_it()
    {
        await using var site = await LedgerSite.CreateAsync();
        var ledger = await site.StartAsync();
        using var service = await ServiceAsync(site);
        var heard = service.Services.GetRequiredService<OtherService.Heard>();
        var last = await ScheduleAsync(service, DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc), "never");
        await ScheduleAsync(service, DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), "long ago");

        await HeardAsync(heard, 1, ledger);
        Assert.Equal(["long ago"], heard);
        // What was heard is deleted after it was sent.
        await Eventually.Async(
            async () => await DueAsync(site) is var due && due is ["9999-12-31 23:59:59.999999"] ? null : string.Join(", ", due),
            TimeSpan.FromSeconds(60), () => ledger.Output);

        await CancelAsync(service, last);
        // Of a message that nobody has scheduled, and may yet.
        await CancelAsync(service, Guid.CreateVersion7());
        await ScheduleAsync(service, Now, "next");
        await HeardAsync(heard, 2, ledger);
        await Eventually.Async(
            async () => await DueAsync(site) is { Count: > 0 } left ? string.Join(", ", left) : null,
            TimeSpan.FromSeconds(60), () => ledger.Output);
        Assert.Equal(["long ago", "next"], heard);
        Assert.Empty(await LedgerRows.RejectedAsync(site.Database));
        await service.StopAsync(Cancel);
    }

    static Task<IHost> ServiceAsync(LedgerSite site) => OtherService.StartAsync(
        site.Broker, bus => bus.AddConsumer<LetterConsumer>().Endpoint(endpoint => endpoint.Name = "letters"));

    static async Task<Guid> ScheduleAsync(IHost service, DateTime due, string text)
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

    static Task HeardAsync(OtherService.Heard heard, int messages, LedgerProcess ledger) => Eventually.Async(
        () => Task.FromResult(heard.Count < messages ? $"{heard.Count} of {messages} arrived" : null),
        TimeSpan.FromSeconds(90),
        () => ledger.Output);

    static Task<List<string>> DueAsync(LedgerSite site) => site.ListAsync(
        "select coalesce(to_char(due_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US'), 'long ago') from scheduled_message "
        + "where repeat_every is null and cancelled_at is null");

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
