using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;
using Xunit;

namespace RunLedger.Testing.Stores;

/// <summary>A replica without a bus: door, fold and committer over a store.</summary>
sealed class FoldingLedger : IAsyncDisposable
{
    readonly GroupCommitter _committer;
    readonly ObservationValidator _door;

    public FoldingLedger(
        ILedgerStore store, TimeProvider? time = null, RunLedgerOptions? options = null, LedgerMeter? meter = null)
    {
        options ??= new RunLedgerOptions();
        Store = new RecordingStore(store);
        _door = new ObservationValidator(options, TimeProvider.System);
        _committer = new GroupCommitter(
            Store, options, time ?? TimeProvider.System, NullLogger<GroupCommitter>.Instance, meter: meter);
    }

    public RecordingStore Store { get; }

    static Func<string, RejectedRow> Aside(RunObservation message) => reason =>
        new Rejections(TimeProvider.System).Of(
            message.GetType().Name,
            "test",
            "application/json",
            JsonSerializer.SerializeToUtf8Bytes((object)message),
            reason);

    public Task Commit(RunObservation message) => Commit(message, (MessageRows _) => { });

    /// <param name="message">What was observed.</param>
    /// <param name="after">Works on the rows after the fold.</param>
    public Task Commit(RunObservation message, Action<MessageRows> after)
    {
        var observation = Admit(message);
        return _committer.Commit(observation, rows =>
        {
            Fold(rows, observation);
            after(rows);
            return Task.CompletedTask;
        }, Aside(message));
    }

    /// <param name="message">What was observed.</param>
    /// <param name="meanwhile">Happens between load and write.</param>
    public Task Commit(RunObservation message, Func<Task> meanwhile)
    {
        var observation = Admit(message);
        return _committer.Commit(observation, async rows =>
        {
            await meanwhile();
            Fold(rows, observation);
        }, Aside(message));
    }

    /// <summary>Commits what the door would not let in: <paramref name="smuggled"/> says the rest.</summary>
    public Task Smuggle(RunObservation message, Func<RunObservation, RunObservation> smuggled)
    {
        var admitted = Admit(message);
        var observation = admitted with { Message = smuggled(admitted.Message) };
        return _committer.Commit(observation, rows =>
        {
            Fold(rows, observation);
            return Task.CompletedTask;
        }, Aside(message));
    }

    public Task Reject(RejectedRow row) => _committer.Reject(row);

    /// <summary>Lets what <paramref name="enqueue"/> commits wait until it is all there: one batch.</summary>
    public async Task Together(Func<IEnumerable<Task>> enqueue)
    {
        var open = new TaskCompletionSource();
        var plugged = new TaskCompletionSource();
        var plug = _committer.Commit(Admit(Some.Run().Started()), async _ =>
        {
            plugged.TrySetResult();
            await open.Task;
        }, _ => throw new InvalidOperationException("A new run is in no archive."));
        await plugged.Task;
        var units = enqueue().ToList();
        open.SetResult();
        await plug;
        await Task.WhenAll(units);
    }

    public Task Together(params RunObservation[] messages) => Together(() => messages.Select(Commit));

    public ValueTask DisposeAsync() => _committer.DisposeAsync();

    public static void Fold(MessageRows rows, Observation observation)
    {
        rows.Run = LedgerEntry.With(rows.Run, RunProjection.Of(observation));
        if (observation.Message is StepObservation)
            rows.Component = LedgerEntry.With(rows.Component, ComponentProjection.Of(observation));
    }

    Observation Admit(RunObservation message)
    {
        Assert.True(_door.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
