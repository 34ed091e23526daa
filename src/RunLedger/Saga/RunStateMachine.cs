using MassTransit;
using MassTransit.SagaStateMachine;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Saga;

/// <summary>
/// The life of a run. Every observation is welcome in every state, because the broker may deliver them in any order:
/// what it changes is decided by the fold alone, and the machine goes to the status the fold came to.
/// </summary>
sealed class RunStateMachine : MassTransitStateMachine<Run>
{
    public RunStateMachine(DeadlineEvaluator limits)
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

        Event(() => DeadlineReachedReceived, e =>
        {
            e.CorrelateById(context => context.Message.ProcessRunId);
            // The run is archived, or was never committed: nothing to look at.
            e.OnMissingInstance(missing => missing.Discard());
        });

        // Any observation may be the first of its run ...
        Initially(
            When(RunObservedReceived).FoldIn(limits),
            When(RunStartedReceived).FoldIn(limits),
            When(RunHeartbeatReceived).FoldIn(limits),
            When(StepStartedReceived).FoldIn(limits),
            When(StepCompletedReceived).FoldIn(limits),
            When(StepFailedReceived).FoldIn(limits),
            When(RunCompletedReceived).FoldIn(limits),
            When(RunFailedReceived).FoldIn(limits),
            When(RunCancelledReceived).FoldIn(limits));

        // ... and any may follow any, also an end: an earlier start or an earlier end still counts. No state is final
        // to MassTransit, so DuringAny is all of them.
        DuringAny(
            When(RunObservedReceived).FoldIn(limits),
            When(RunStartedReceived).FoldIn(limits),
            When(RunHeartbeatReceived).FoldIn(limits),
            When(StepStartedReceived).FoldIn(limits),
            When(StepCompletedReceived).FoldIn(limits),
            When(StepFailedReceived).FoldIn(limits),
            When(RunCompletedReceived).FoldIn(limits),
            When(RunFailedReceived).FoldIn(limits),
            When(RunCancelledReceived).FoldIn(limits),
            // It carries what the sweep believed; the machine looks anew.
            When(DeadlineReachedReceived).Look(limits));
    }

    public Event<DeadlineReached> DeadlineReachedReceived { get; private set; } = null!;
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
    public static EventActivityBinder<Run, T> FoldIn<T>(this EventActivityBinder<Run, T> binder, DeadlineEvaluator limits)
        where T : RunObservation =>
        binder.Then(context => Fold(context, limits)).ThenAsync(Transition);

    /// <summary>Flags what passed its limit, and sets the next deadline.</summary>
    public static EventActivityBinder<Run, DeadlineReached> Look(
        this EventActivityBinder<Run, DeadlineReached> binder, DeadlineEvaluator limits) =>
        binder.Then(context => Look(context, limits)).ThenAsync(Transition);

    static void Fold<T>(BehaviorContext<Run, T> context, DeadlineEvaluator limits)
        where T : RunObservation
    {
        var (run, observation) = (context.Saga, context.GetPayload<Observation>());
        (run.Header, var recovered) = limits.Observed(run.Header, RunProjection.Of(observation), observation.Contract);
        if (context.Message is StepObservation)
        {
            run.Component = limits.ComponentObserved(
                run.Component, ComponentProjection.Of(observation), observation.Contract);
        }

        if (recovered is not null)
            run.Notices.Add(recovered);
    }

    static void Look(BehaviorContext<Run, DeadlineReached> context, DeadlineEvaluator limits)
    {
        var run = context.Saga;
        if (context.Message.ComponentRunId is null)
        {
            (run.Header, var said) = limits.Reached(run.Header!, context.Message.ParentKnown);
            run.Notices.AddRange(said);
        }
        else if (run.Component is not null)
        {
            (run.Component, var said) = limits.Reached(run.Header!, run.Component);
            if (said is not null)
                run.Notices.Add(said);
        }
    }

    static Task Transition<T>(BehaviorContext<Run, T> context)
        where T : class =>
        context.TransitionToState(context.StateMachine.GetState(context.Saga.Header!.RunStatus.ToString()));
}
