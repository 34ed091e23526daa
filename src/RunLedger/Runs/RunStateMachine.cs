using MassTransit;
using MassTransit.SagaStateMachine;
using RunLedger.Contracts;

namespace RunLedger.Runs;

/// <summary>
/// The life of a run. Every observation is welcome in every state, because the broker may deliver them in any order:
/// what it changes is decided by the fold alone, and the machine goes to the status the fold came to.
/// </summary>
sealed class RunStateMachine : MassTransitStateMachine<Run>
{
    public RunStateMachine()
    {
        InstanceState(run => run.CurrentState);

        Event(() => RunObservedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => RunStartedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => RunHeartbeatReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => StepStartedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => StepCompletedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => StepFailedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => RunCompletedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => RunFailedReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));
        Event(() => RunCancelledReceived, e => e.CorrelateById(context => context.Message.ProcessRunId));

        // Any observation may be the first of its run ...
        Initially(
            When(RunObservedReceived).FoldIn(),
            When(RunStartedReceived).FoldIn(),
            When(RunHeartbeatReceived).FoldIn(),
            When(StepStartedReceived).FoldIn(),
            When(StepCompletedReceived).FoldIn(),
            When(StepFailedReceived).FoldIn(),
            When(RunCompletedReceived).FoldIn(),
            When(RunFailedReceived).FoldIn(),
            When(RunCancelledReceived).FoldIn());

        // ... and any may follow any, also an end: an earlier start or an earlier end still counts. No state is final
        // to MassTransit, so DuringAny is all of them.
        DuringAny(
            When(RunObservedReceived).FoldIn(),
            When(RunStartedReceived).FoldIn(),
            When(RunHeartbeatReceived).FoldIn(),
            When(StepStartedReceived).FoldIn(),
            When(StepCompletedReceived).FoldIn(),
            When(StepFailedReceived).FoldIn(),
            When(RunCompletedReceived).FoldIn(),
            When(RunFailedReceived).FoldIn(),
            When(RunCancelledReceived).FoldIn());
    }

    public Event<RunObserved> RunObservedReceived { get; private set; } = null!;
    public Event<RunStarted> RunStartedReceived { get; private set; } = null!;
    public Event<RunHeartbeat> RunHeartbeatReceived { get; private set; } = null!;
    public Event<StepStarted> StepStartedReceived { get; private set; } = null!;
    public Event<StepCompleted> StepCompletedReceived { get; private set; } = null!;
    public Event<StepFailed> StepFailedReceived { get; private set; } = null!;
    public Event<RunCompleted> RunCompletedReceived { get; private set; } = null!;
    public Event<RunFailed> RunFailedReceived { get; private set; } = null!;
    public Event<RunCancelled> RunCancelledReceived { get; private set; } = null!;

    public State Observed { get; private set; } = null!;
    public State Started { get; private set; } = null!;
    public State StepStarted { get; private set; } = null!;
    public State StepCompleted { get; private set; } = null!;
    public State Completed { get; private set; } = null!;
    public State Failed { get; private set; } = null!;
    public State Stuck { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;
    public State Orphan { get; private set; } = null!;
}

static class RunStateMachineSteps
{
    /// <summary>Folds the observation into the run, and its component, and goes where the fold came to.</summary>
    public static EventActivityBinder<Run, T> FoldIn<T>(this EventActivityBinder<Run, T> binder)
        where T : RunObservation =>
        binder.Then(Fold).ThenAsync(Transition);

    static void Fold<T>(BehaviorContext<Run, T> context)
        where T : RunObservation
    {
        var observation = context.GetPayload<Observation>();
        context.Saga.Header = Merge(context.Saga.Header, RunFold.Of(observation));
        if (context.Message is StepObservation)
            context.Saga.Component = Merge(context.Saga.Component, ComponentFold.Of(observation));
    }

    static Task Transition<T>(BehaviorContext<Run, T> context)
        where T : RunObservation =>
        context.TransitionToState(context.StateMachine.GetState(RunFold.Status(context.Saga.Header!).ToString()));

    static Fold Merge(Fold? known, Fold observed) => known is null ? observed : Runs.Fold.Merge(known, observed);
}
