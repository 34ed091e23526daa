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
    public async Task A_time_is_read_as_that_of_an_observation_is()
    {
        await Send(Json("x").Replace("T", "t", StringComparison.Ordinal).Replace("+00:00", "z[UTC]"));

        await _harness.Advance(() => !_harness.Heard.IsEmpty);

        Assert.Equal(["x"], _harness.Heard);
    }

    [Theory]
    [InlineData("\"Skip\"", "Skip")]
    [InlineData("\"skip\"", "Skip")]
    [InlineData("1", "Skip")]
    [InlineData("\"Send\"", "Send")]
    public async Task A_misfire_policy_is_a_name_or_a_number(string policy, string kept)
    {
        await Send($$"""
            {"schedule":{"scheduleId":"a","cronExpression":"0 3 * * *","misfirePolicy":{{policy}} },
             "destination":"queue:Reminder","payload":{"text":"x"} }
            """);

        await _harness.Wait(() => Stored() == 1);

        Assert.Contains(
            $"\"missed\":\"{kept}\"",
            _harness.List("select schedule from scheduled_message where schedule is not null")[0],
            StringComparison.Ordinal);
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
    [InlineData(
        """{"correlationId":"0198c0de-0000-7000-8000-0000000000aa","scheduleTime":"2026-01-01T00:00Z","payload":{}}""",
        "It has no ScheduledTime, which says when the message is sent: send ISO 8601 with an offset")]
    [InlineData("""{"payload":{},"scheduledTime":null}""", "It has no ScheduledTime")]
    [InlineData(
        """{"payload":{},"scheduledTime":"2026-12-01"}""",
        "Its scheduledTime is a date without a time of day: send ISO 8601 with an offset")]
    [InlineData("""{"payload":{},"ScheduledTime":5}""", "Its scheduledTime is a number: send ISO 8601")]
    [InlineData(
        """{"schedule":{"scheduleId":"a","cronExpression":"H H * * *"},"destination":"queue:x","payload":{}}""",
        "Its schedule 'H H * * *' cannot be read: its minute 'H' is nothing that cron has: send a number, *")]
    [InlineData(
        """{"schedule":{"scheduleId":"a","cronExpression":"61 * * * *"},"destination":"queue:x","payload":{}}""",
        "Its schedule '61 * * * *' cannot be read: ")]
    [InlineData(
        """{"schedule":{"scheduleId":"a\u0000","cronExpression":"0 3 * * *"},"destination":"queue:x","payload":{}}""",
        "The ScheduleId of its schedule holds a NUL character, which PostgreSQL cannot store: remove it.")]
    [InlineData(
        """
        {"schedule":{"scheduleId":"a","scheduleGroup":"\u0000","cronExpression":"0 3 * * *"},
         "destination":"queue:x","payload":{}}
        """,
        "The ScheduleGroup of its schedule holds a NUL character")]
    [InlineData(
        """
        {"schedule":{"scheduleId":"a","cronExpression":"0 3 * * *","misfirePolicy":"Jump"},
         "destination":"queue:x","payload":{}}
        """,
        "The MisfirePolicy of its schedule is not known: send one of Default, Skip, Send, or its number.")]
    [InlineData(
        """
        {"schedule":{"scheduleId":"a","cronExpression":"0 3 * * *","misfirePolicy":7},
         "destination":"queue:x","payload":{}}
        """,
        "The MisfirePolicy of its schedule is not known: send one of Default, Skip, Send")]
    [InlineData(
        """
        {"schedule":{"scheduleId":"a","cronExpression":"0 3 * * *","endTime":"2027-01-01"},
         "destination":"queue:x","payload":{}}
        """,
        "Its endTime is a date without a time of day")]
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
