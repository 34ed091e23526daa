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

/// <summary>A replica without a bus: validator, fold and committer over a store.</summary>
sealed class FoldingLedger : IAsyncDisposable
{
    readonly GroupCommitter _committer;
    readonly ObservationValidator _validator;
    readonly LedgerMeter? _own;

    public FoldingLedger(
        ILedgerStore store, TimeProvider? time = null, RunLedgerOptions? options = null, LedgerMeter? meter = null)
    {
        options ??= new RunLedgerOptions();
        Store = new RecordingStore(store);
        _validator = new ObservationValidator(options, TimeProvider.System);
        _committer = new GroupCommitter(
            Store,
            options,
            time ?? TimeProvider.System,
            NullLogger<GroupCommitter>.Instance,
            meter ?? (_own = new LedgerMeter(time: time)));
    }

    public RecordingStore Store { get; }

    static Func<string, RejectedRow> Rejected(RunObservation message) => reason =>
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
        var observation = Validate(message);
        return _committer.Commit(observation, rows =>
        {
            Fold(rows, observation);
            after(rows);
            return Task.CompletedTask;
        }, Rejected(message));
    }

    /// <param name="message">What was observed.</param>
    /// <param name="meanwhile">Happens between load and write.</param>
    public Task Commit(RunObservation message, Func<Task> meanwhile)
    {
        var observation = Validate(message);
        return _committer.Commit(observation, async rows =>
        {
            await meanwhile();
            Fold(rows, observation);
        }, Rejected(message));
    }

    /// <summary>Commits what the validator would not let in: <paramref name="smuggled"/> says the rest.</summary>
    public Task Smuggle(RunObservation message, Func<RunObservation, RunObservation> smuggled)
    {
        var admitted = Validate(message);
        var observation = admitted with { Message = smuggled(admitted.Message) };
        return _committer.Commit(observation, rows =>
        {
            Fold(rows, observation);
            return Task.CompletedTask;
        }, Rejected(message));
    }

    public Task Reject(RejectedRow row) => _committer.Reject(row);

    /// <summary>Lets what <paramref name="enqueue"/> commits wait until it is all there: one batch.</summary>
    public async Task Together(Func<IEnumerable<Task>> enqueue)
    {
        var open = new TaskCompletionSource();
        var plugged = new TaskCompletionSource();
        var plug = _committer.Commit(Validate(Some.Run().Started()), async _ =>
        {
            plugged.TrySetResult();
            await open.Task;
        }, _ => throw new InvalidOperationException("A new run is in no archive."));
        await plugged.Task;
        var commits = enqueue().ToList();
        open.SetResult();
        await plug;
        await Task.WhenAll(commits);
    }

    public Task Together(params RunObservation[] messages) => Together(() => messages.Select(Commit));

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        _own?.Dispose();
    }

    public static void Fold(MessageRows rows, Observation observation)
    {
        rows.Run = LedgerEntry.With(rows.Run, RunProjection.Of(observation));
        if (observation.Message is StepObservation)
            rows.Component = LedgerEntry.With(rows.Component, ComponentProjection.Of(observation));
    }

    Observation Validate(RunObservation message)
    {
        Assert.True(_validator.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
