using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.Service.Intake;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Intake;

/// <summary>
/// A detail that cannot be kept costs itself: it is named in the answer and on the row, and the run counts, whichever
/// way its observation came.
/// </summary>
public sealed class DroppedPartTests(SharedLedger shared) : IClassFixture<SharedLedger>
{
    readonly EmbeddedLedger _ledger = shared.Empty();

    public static TheoryData<int> Each => [.. Enumerable.Range(0, Poor.Count)];

    [Theory]
    [MemberData(nameof(Each))]
    public async Task Over_http_it_is_named_in_the_answer_and_on_the_row(int number)
    {
        var (json, dropped) = Poor[number];

        var (status, body) = await Post(json);

        Assert.True(status == 202, $"{status} {body}");
        var answer = JsonNode.Parse(body)!;
        Assert.Equal(1, (int)answer["accepted"]!);
        Assert.Equal(
            dropped.Order(StringComparer.Ordinal),
            (answer["dropped"]?.AsArray() ?? []).Select(remark => (string)remark!["reason"]!)
                .Order(StringComparer.Ordinal));
        AssertWarned(dropped);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task From_the_queue_it_is_named_on_the_row(int number)
    {
        var (json, dropped) = Poor[number];

        await Send(json);

        AssertWarned(dropped);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task However_often_and_whichever_way_it_comes_the_row_is_the_same(int number)
    {
        var json = Poor[number].Json;
        await Post(json);
        var once = Row();

        await Send(json);
        await Post(json);
        await Send(json, envelope: true);

        Assert.Equal(once, Row());
    }

    [Fact]
    public async Task Its_neighbours_are_named_with_their_lines()
    {
        var (_, body) = await Post(Joined("\n", [Good(), Poor[0].Json, Good(), Poor[8].Json]));

        Assert.Equal(4, (int)JsonNode.Parse(body)!["accepted"]!);
        Assert.Equal([2, 4], JsonNode.Parse(body)!["dropped"]!.AsArray().Select(remark => (int)remark!["line"]!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_of_members_may_begin_with_a_capital_letter(bool queue)
    {
        var run = new JsonObject(Started(Guid.CreateVersion7()).Select(member => KeyValuePair.Create(
            char.ToUpperInvariant(member.Key[0]) + member.Key[1..], member.Value?.DeepClone())))
        {
            ["InputRef"] = "in",
            ["Attempt"] = "many",
        };

        if (queue)
            await Send(Encoding.UTF8.GetBytes(run.ToJsonString()));
        else
            Assert.Equal(202, (await Post(Encoding.UTF8.GetBytes(run.ToJsonString()))).Status);

        Assert.Equal([$"{run["ProcessRunId"]} in"], _ledger.List(
            "select process_run_id || ' ' || input_ref from process_run_observation"));
        AssertWarned(["attempt is \"many\": send a whole number from 1, or leave it out"]);
    }

    [Fact]
    public async Task What_is_mended_is_what_is_kept_of_it()
    {
        var run = Started(Guid.CreateVersion7());
        run["inputRef"] = "HALF";
        run["attempt"] = "many";
        run["evidenceRef"] = new JsonObject { ["rows"] = 5 };

        await Post(Encoding.UTF8.GetBytes(run.ToJsonString().Replace("HALF", "a\\ud83d\\u0000")));

        Assert.Equal(
            ["a\uFFFD\uFFFD 5"],
            _ledger.List("""
                select input_ref || ' ' || (evidence_ref -> 'from' -> 'RunStarted' -> 'value' -> 'value' ->> 'rows')
                from process_run_observation
                """));
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    void AssertWarned(string[] dropped)
    {
        var evidence = Assert.Single(_ledger.List(
            "select coalesce(evidence_ref, '{}') from process_run_observation where status in ('started', 'failed')"));
        var warnings = JsonNode.Parse(evidence)!["warnings"]?.AsArray() ?? [];
        Assert.Equal(
            dropped.Order(StringComparer.Ordinal),
            warnings.Select(warning => ((string)warning!).Split("or mended: ")[1]).Order(StringComparer.Ordinal));
        Assert.Empty(_ledger.List("select reason from rejected_observation"));
    }

    string Row() => Assert.Single(_ledger.List("""
        select process_run_id || status || coalesce(evidence_ref, '') || hex(fold) || coalesce(input_ref, '')
            || coalesce(error_ref, '') || coalesce(parent_run_id, '')
        from process_run_observation
        """));

    async Task<(int Status, string Body)> Post(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return await _ledger.Post("/api/observations", content);
    }

    // And waits until it is committed.
    async Task Send(byte[] json, bool envelope = false)
    {
        var contract = Encoding.UTF8.GetString(json).Contains(nameof(RunFailed), StringComparison.Ordinal)
            ? nameof(RunFailed)
            : nameof(RunStarted);
        var endpoint = await _ledger.Services.GetRequiredService<IBus>().GetSendEndpoint(new("queue:run-ledger"));
        await _ledger.Services.GetRequiredService<CommitSignal>().Committed(
            id => endpoint.Send(
                new SerializedMessageBody(),
                send =>
                {
                    send.MessageId = id;
                    send.Headers.Set(MessageHeaders.MessageType, contract);
                    byte[] body = envelope
                        ? [
                            .. Encoding.UTF8.GetBytes(
                                $$"""{"messageId":"{{id}}","messageType":["{{contract}}"],"message":"""),
                            .. json, (byte)'}',
                        ]
                        : json;
                    send.Serializer = new CopyBodySerializer(
                        new ContentType("application/json"), new MemoryMessageBody(body));
                },
                Cancel));
    }
}
