using System.Net.Mime;
using System.Text;
using MassTransit;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Scheduling;

/// <summary>Commands to the scheduler from publishers that send plain JSON.</summary>
public sealed class PlainCommandTests : IAsyncLifetime
{
    static readonly Guid Token = Guid.Parse("0198c0de-0000-7000-8000-0000000000aa");

    SchedulerHarness _harness = null!;

    public async ValueTask InitializeAsync() =>
        _harness = await SchedulerHarness.Start(bus =>
        {
            bus.AddConsumer<ReminderConsumer>();
            bus.AddConfigureEndpointsCallback((name, endpoint) =>
            {
                if (name == "Reminder")
                    endpoint.UseRawJsonDeserializer();
            });
        });

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("ScheduleMessage")]
    [InlineData("urn:message:MassTransit.Scheduling:ScheduleMessage")]
    public async Task A_message_is_scheduled_and_arrives_as_its_own_type(string? type)
    {
        await Send(Json("in a minute"), type);

        await _harness.Advance(() => !_harness.Heard.IsEmpty);

        Assert.Equal(["in a minute"], _harness.Heard);
        Assert.Equal("application/json", _harness.Heard.Last!.ReceiveContext.ContentType.MediaType);
        Assert.Equal(
            MessageUrn.ForTypeString<Reminder>(),
            _harness.Heard.Last.ReceiveContext.TransportHeaders.Get<string>(MessageHeaders.MessageType));
        Assert.Equal(Token, _harness.Heard.Last.GetSchedulingTokenId());
    }

    [Fact]
    public async Task It_is_cancelled()
    {
        await Send(Json("cancelled"));
        await _harness.Wait(() => Stored() == 1);

        await Send($$"""{ "tokenId": "{{Token}}" }""");

        await _harness.Wait(() => Stored() == 0);
    }

    [Fact]
    public async Task A_recurring_one_is_scheduled_paused_resumed_and_cancelled()
    {
        const string Name = """{"scheduleId":"nightly","scheduleGroup":"reports"}""";
        await Send("""
            {"schedule":{"scheduleId":"nightly","scheduleGroup":"reports","cronExpression":"0 3 * * *"},
             "destination":"queue:Reminder","payload":{"text":"x"}}
            """);
        await _harness.Wait(() => Stored("not paused") == 1);
        await Send(Name, nameof(PauseScheduledRecurringMessage));
        await _harness.Wait(() => Stored("paused") == 1);
        await Send(Name, nameof(ResumeScheduledRecurringMessage));
        await _harness.Wait(() => Stored("not paused") == 1);
        await Send(Name, nameof(CancelScheduledRecurringMessage));
        await _harness.Wait(() => Stored() == 0);
    }

    [Theory]
    [InlineData("""{"scheduleId":"nightly"}""", "set the property `type` to one of ScheduleMessage")]
    [InlineData("""{"payload":NaN}""", "NaN is no number of JSON")]
    [InlineData("[1]", "It does not say which command it is")]
    [InlineData("""{"payload":{},"scheduledTime":"2026-01-01T00:00:00Z"}""", "It has no CorrelationId")]
    public async Task What_cannot_be_read_is_set_aside_with_the_reason(string json, string reason)
    {
        await Send(json);

        await _harness.Wait(() => _harness.List("select reason from rejected_observation").Count == 1);

        Assert.Contains(reason, _harness.List("select reason from rejected_observation")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_commands_with_the_same_body_are_two_rows_that_say_which_they_were()
    {
        await Send("{}", nameof(PauseScheduledRecurringMessage));
        await Send("{}", nameof(CancelScheduledMessage));

        await _harness.Wait(() => _harness.List("select contract from rejected_observation").Count == 2);

        Assert.Equal(
            [nameof(CancelScheduledMessage), nameof(PauseScheduledRecurringMessage)],
            _harness.List("select contract from rejected_observation order by 1"));
        Assert.Contains(
            _harness.List("select reason from rejected_observation"),
            reason => reason.Contains("It has no TokenId", StringComparison.Ordinal));
    }

    string Json(string text) => $$"""
        {"correlationId":"{{Token}}","scheduledTime":"{{_harness.Time.GetUtcNow().AddMinutes(1):O}}",
         "destination":"queue:Reminder","payloadType":["{{MessageUrn.ForTypeString<Reminder>()}}"],
         "payload":{"text":"{{text}}" } }
        """;

    int Stored(string where = "true") => _harness.List(
        $"select token from scheduled_message where cancelled_at is null and repeat_every is null and {where}").Count;

    async Task Send(string json, string? type = null)
    {
        var endpoint = await _harness.Harness.Bus.GetSendEndpoint(SchedulerHarness.Scheduler);
        await endpoint.Send(
            new SerializedMessageBody(),
            send =>
            {
                send.Headers.Set(MessageHeaders.MessageType, type);
                send.Serializer = new CopyBodySerializer(
                    new ContentType("application/json"), new MemoryMessageBody(Encoding.UTF8.GetBytes(json)));
            },
            Cancel);
    }
}
