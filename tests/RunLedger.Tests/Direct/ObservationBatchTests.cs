using System.Text;
using System.Text.Json;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Direct;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Direct;

/// <summary>Observations that come in one message.</summary>
public sealed class ObservationBatchTests : IAsyncLifetime
{
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task What_is_published_in_one_message_is_a_row_of_each_run_and_component()
    {
        var (first, second, step) = (Some.Run(), Some.Run(), Guid.CreateVersion7());

        await _ledger.Take(Batch(
            first.Completed(), second.Started(), first.StepStarted(step), first.Started(), first.StepCompleted(step)));

        Assert.NotNull(await _ledger.Sagas.Exists(first.Id, machine => machine.Completed));
        Assert.NotNull(await _ledger.Sagas.Exists(second.Id, machine => machine.Started));
        Assert.Equal("step_completed", await _ledger.Scalar("select status from process_component_observation"));
    }

    [Fact]
    public async Task Each_that_cannot_be_taken_is_set_aside_alone_as_it_was_sent_with_its_contract_and_reason()
    {
        var (first, second) = (BadBodies.Good(), BadBodies.Good());
        var definition = File.ReadAllBytes(Wire.SampleFile(nameof(ProcessDefined)));
        definition = [.. """{"type":"ProcessDefined","""u8, .. definition.AsSpan(1).TrimEnd("\n"u8)];
        (byte[] Json, string Reason)[] bad = [.. BadBodies.All.Skip(1), (definition, "as a message of its own")];

        await Take([first, .. bad.Select(one => one.Json), second]);

        Assert.Equal("2", await _ledger.Scalar("select count(*) from process_run_observation"));
        Assert.Equal($"{bad.Length}", await _ledger.Scalar("select count(*) from rejected_observation"));
        foreach (var (json, reason) in bad)
        {
            var told = await _ledger.Scalar(
                $"select reason from rejected_observation where hex(payload) = '{Convert.ToHexString(json)}'");
            Assert.Contains(reason, told ?? "nothing", StringComparison.Ordinal);
        }

        Assert.Equal(
            "RunStarted run-ledger",
            await _ledger.Scalar(
                "select contract || ' ' || origin from rejected_observation where reason like 'sourceSystem%'"));
    }

    [Fact]
    public async Task One_that_is_repeated_in_a_message_or_in_the_next_changes_nothing()
    {
        var run = Some.Run();
        await _ledger.Take(Batch(run.Started(), run.Completed()));
        var once = await _ledger.Row(run.Id);

        await Task.WhenAll(
            _ledger.Take(Batch(run.Completed(), run.Started(), run.Completed())),
            _ledger.Take(Batch(run.Started(), run.Started())));

        Assert.Equal(Convert.ToHexString(once.Fold!), Convert.ToHexString((await _ledger.Row(run.Id)).Fold!));
    }

    [Theory]
    [InlineData("""{"observations":[]}""", "There is no observation in it")]
    [InlineData("""{"observations":{}}""", "Its observations are missing")]
    [InlineData("""{"observation":[1]}""", "Its observations are missing")]
    [InlineData("[1]", "Its observations are missing")]
    public void A_message_without_observations_is_none_and_says_what_to_send(string json, string reason)
    {
        var refused = Assert.IsType<RejectedBody>(ObservationBatch.Of(JsonElement.Parse(json)));

        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Contains("send", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_a_thousand_in_a_message_are_set_aside_with_it_and_a_thousand_are_taken()
    {
        var run = Some.Run();
        var many = Enumerable.Range(0, 1_001)
            .Select(n => run.Heartbeat() with { OccurredAt = Some.Noon.AddSeconds(n) })
            .ToArray();

        await _ledger.Take(Batch(many));
        Assert.Equal(
            "RunObservations There are 1,001 observations in it, and 1,000 are allowed: send several messages.",
            await _ledger.Scalar("select contract || ' ' || reason from rejected_observation"));

        await _ledger.Take(Batch(many[1..]));
        Assert.Equal(LedgerTime.Of(many[^1].OccurredAt), (await _ledger.Row(run.Id)).ToEntry().Fold.LastAt);
    }

    [Fact]
    public async Task One_that_fails_for_an_unforeseen_reason_is_set_aside_with_it_and_its_neighbours_land()
    {
        var (broken, sound) = (Some.Run(), Some.Run());
        await _ledger.Take(broken.Started());
        await _ledger.Scalar("update process_run_observation set fold = x'02'");

        await _ledger.Take(Batch(broken.Completed(), sound.Started()));

        Assert.NotNull(await _ledger.Sagas.Exists(sound.Id, machine => machine.Started));
        Assert.StartsWith(
            "RunCompleted The ledger could not handle it: ",
            await _ledger.Scalar("select contract || ' ' || reason from rejected_observation"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_only_a_newer_ledger_can_take_gives_the_message_back_when_the_others_are_committed()
    {
        var (newer, sound) = (Some.Run(), Some.Run());
        await _ledger.Take(newer.Started());
        await _ledger.Scalar("update process_run_observation set fold = x'FF'");

        await Assert.ThrowsAsync<RequeueException>(() => Take([Json(newer.Completed()), Json(sound.Started())]));

        Assert.NotNull(await _ledger.Store.Find(sound.Id, TestContext.Current.CancellationToken));
        Assert.Equal("0", await _ledger.Scalar("select count(*) from rejected_observation"));
    }

    static RunObservations Batch(params RunObservation[] observations) => new() { Observations = observations };

    static byte[] Json(RunObservation observation) =>
        Encoding.UTF8.GetBytes(JsonSerializer.SerializeToElement(Batch(observation), JsonSerializerOptions.Web)
            .GetProperty("observations")[0].GetRawText());

    /// <summary>As plain JSON, whatever the items are.</summary>
    Task Take(IEnumerable<byte[]> items)
    {
        byte[] body = [.. """{"observations":"""u8, .. BadBodies.Array(items), (byte)'}'];
        Assert.True(JsonBody.TryParse(body, out var json, out var fault), fault);
        return _ledger.Service<BatchIntake>().Take(
            Assert.IsType<ObservationBatch>(ObservationBatch.Of(json)),
            "run-ledger",
            null,
            default,
            TestContext.Current.CancellationToken);
    }
}
