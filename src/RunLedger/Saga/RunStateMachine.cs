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
    public RunStateMachine(DeadlineEvaluator deadlines)
    {
        InstanceState(run => run.CurrentState);

        // Every contract that is folded, and nothing else, has its line here.
        Fold<RunObserved>(deadlines);
        Fold<RunStarted>(deadlines);
        Fold<RunHeartbeat>(deadlines);
        Fold<StepStarted>(deadlines);
        Fold<StepCompleted>(deadlines);
        Fold<StepFailed>(deadlines);
        Fold<StepCancelled>(deadlines);
        Fold<RunCompleted>(deadlines);
        Fold<RunFailed>(deadlines);
        Fold<RunCancelled>(deadlines);

        Event(() => DeadlineReachedReceived, e =>
        {
            e.CorrelateById(context => context.Message.ProcessRunId);
            // The run is archived, or was never committed: nothing to look at.
            e.OnMissingInstance(missing => missing.Discard());
        });

        // It carries what the sweep believed; the machine looks anew.
        DuringAny(When(DeadlineReachedReceived).Look(deadlines));
    }

    public Event<DeadlineReached> DeadlineReachedReceived { get; private set; } = null!;

    public State Observed { get; private set; } = null!;
    public State Started { get; private set; } = null!;
    public State StepStarted { get; private set; } = null!;
    public State StepCompleted { get; private set; } = null!;
    public State Completed { get; private set; } = null!;
    public State Failed { get; private set; } = null!;
    public State Stuck { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;
    public State Orphan { get; private set; } = null!;

    // Any observation may be the first of its run, and any may follow any, also an end: an earlier start or an earlier
    // end still counts. No state is final to MassTransit, so DuringAny is all of them.
    void Fold<T>(DeadlineEvaluator deadlines)
        where T : RunObservation
    {
        var received = Event<T>(
            $"{typeof(T).Name}Received", e => e.CorrelateById(context => context.Message.ProcessRunId));
        Initially(When(received).FoldIn(deadlines));
        DuringAny(When(received).FoldIn(deadlines));
    }
}

static class RunStateMachineSteps
{
    /// <summary>Folds the observation into the run, and its component, and goes where the fold came to.</summary>
    public static EventActivityBinder<Run, T> FoldIn<T>(
        this EventActivityBinder<Run, T> binder, DeadlineEvaluator deadlines)
        where T : RunObservation =>
        binder.Then(context => Fold(context, deadlines)).ThenAsync(Transition);

    /// <summary>Flags what passed its limit, and sets the next deadline.</summary>
    public static EventActivityBinder<Run, DeadlineReached> Look(
        this EventActivityBinder<Run, DeadlineReached> binder, DeadlineEvaluator deadlines) =>
        binder.Then(context => Look(context, deadlines)).ThenAsync(Transition);

    static void Fold<T>(BehaviorContext<Run, T> context, DeadlineEvaluator deadlines)
        where T : RunObservation
    {
        var run = context.Saga;
        (run.Header, run.Component, var recovered) = deadlines.Observed(
            run.Header, run.Component, context.GetPayload<Observation>());
        if (recovered is not null)
            run.Notices.Add(recovered);
    }

    static void Look(BehaviorContext<Run, DeadlineReached> context, DeadlineEvaluator deadlines)
    {
        var run = context.Saga;
        if (context.Message.ComponentRunId is null)
        {
            (run.Header, var said) = deadlines.Reached(run.Header!, context.Message.ParentKnown);
            run.Notices.AddRange(said);
        }
        else if (run.Component is not null)
        {
            (run.Component, var said) = deadlines.Reached(run.Header!, run.Component);
            if (said is not null)
                run.Notices.Add(said);
        }
    }

    static Task Transition<T>(BehaviorContext<Run, T> context)
        where T : class =>
        context.TransitionToState(context.StateMachine.GetState(context.Saga.Header!.RunStatus.ToString()));
}
