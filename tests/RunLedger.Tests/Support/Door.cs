using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Testing;

namespace RunLedger.Tests.Support;

/// <summary>The validator at a clock of the test's own, and what it says of a message.</summary>
sealed class Door
{
    public FakeTimeProvider Time { get; } = new(Some.Noon);

    public RunLedgerOptions Options { get; } = new();

    /// <summary>It is taken.</summary>
    public Observation Admitted(RunObservation message)
    {
        Assert.True(
            new ObservationValidator(Options, Time).TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }

    /// <summary>It is taken without, and both its answer and its row say so.</summary>
    public Observation Drops(string what, RunObservation message)
    {
        var observation = Admitted(message);
        Assert.Equal([what], observation.Dropped);
        var column = message is StepObservation
            ? ComponentRow.From(ComponentProjection.Of(observation), message.ProcessRunId).EvidenceRef
            : RunRow.From(RunProjection.Of(observation)).EvidenceRef;
        Assert.Equal(
            $"{observation.Contract} at {LedgerTime.Text(observation.Key.At)} was taken without a part of it, "
            + $"or mended: {what}",
            Assert.Single(JsonElement.Parse(column!).GetProperty("warnings").EnumerateArray()).GetString());
        return observation;
    }

    /// <summary>It is refused, and why.</summary>
    public void Rejects(string reason, RunObservation message)
    {
        Assert.False(new ObservationValidator(Options, Time).TryValidate(message, out _, out var said));
        Assert.Equal(reason, said);
    }

    /// <summary>Nested as deep as a test wants it.</summary>
    public static JsonElement Json(string text) =>
        JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1_000 }).RootElement;
}
