using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Intake;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Rejected;

/// <summary>A message of many observations that was set aside whole is sent again.</summary>
public sealed class RejectedBatchTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_in_which_all_is_well_is_taken(bool envelope)
    {
        Guid[] runs = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        var batch = Batch([.. runs.Select(BadBodies.Started)]);
        var row = await Reject(!envelope ? batch : new JsonObject
        {
            ["messageType"] = new JsonArray("urn:message:RunLedger.Contracts:RunObservations"),
            ["message"] = batch,
        });

        Assert.Equal("resent", (string?)(await Resend(row))["state"]);

        Assert.Equal(
            runs.Select(run => $"{run}").Order(),
            _ledger.List("select process_run_id from process_run_observation order by 1"));
    }

    [Fact]
    public async Task One_with_a_bad_observation_says_which_and_can_be_corrected()
    {
        var bad = BadBodies.Started(Guid.CreateVersion7());
        bad["sourceSystem"] = "nobody";
        var row = await Reject(Batch(BadBodies.Started(Guid.CreateVersion7()), bad));

        var outcome = await Resend(row);
        Assert.Equal("open", (string?)outcome["state"]);
        Assert.Contains("sourceSystem 'nobody' is not known", (string?)outcome["reason"], StringComparison.Ordinal);

        bad["processRunId"] = 1;
        outcome = await Resend(row, Batch(BadBodies.Started(Guid.CreateVersion7()), bad.DeepClone().AsObject()));
        Assert.StartsWith(
            "Observation 2 of it: Not a RunStarted", (string?)outcome["reason"], StringComparison.Ordinal);

        outcome = await Resend(row, Batch(BadBodies.Started(Guid.CreateVersion7())));
        Assert.Equal("resent", (string?)outcome["state"]);
    }

    static JsonObject Batch(params JsonObject[] observations) =>
        new() { ["observations"] = new JsonArray([.. observations]) };

    async Task<Guid> Reject(JsonObject body)
    {
        var row = _ledger.Services.GetRequiredService<Rejections>().Of(
            "RunObservations", "run-ledger", null, Encoding.UTF8.GetBytes(body.ToJsonString()), "It was given up.");
        await _ledger.Services.GetRequiredService<GroupCommitter>().Reject(row);
        return row.RejectedId;
    }

    async Task<JsonNode> Resend(Guid row, JsonObject? corrected = null)
    {
        var request = corrected is null ? new JsonObject() : new JsonObject { ["payload"] = corrected };
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        return JsonNode.Parse((await _ledger.Post($"/api/rejected/{row}/resend", content)).Body)!;
    }
}
