using RunLedger.Contracts;

namespace RunLedger.Folding;

/// <summary>From names and messages to <see cref="Contract"/>.</summary>
static class ContractMap
{
    static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        [nameof(RunObserved)] = typeof(RunObserved),
        [nameof(RunStarted)] = typeof(RunStarted),
        [nameof(RunHeartbeat)] = typeof(RunHeartbeat),
        [nameof(StepStarted)] = typeof(StepStarted),
        [nameof(StepCompleted)] = typeof(StepCompleted),
        [nameof(StepFailed)] = typeof(StepFailed),
        [nameof(StepCancelled)] = typeof(StepCancelled),
        [nameof(RunCompleted)] = typeof(RunCompleted),
        [nameof(RunFailed)] = typeof(RunFailed),
        [nameof(RunCancelled)] = typeof(RunCancelled),
        [nameof(ProcessDefined)] = typeof(ProcessDefined),
    };

    /// <summary>All that the ledger takes.</summary>
    public static IReadOnlyCollection<string> Names => Types.Keys;

    /// <summary>The observations among them, which it folds.</summary>
    public static IEnumerable<string> Folded =>
        Types.Where(type => type.Value.IsAssignableTo(typeof(RunObservation))).Select(type => type.Key);

    /// <summary>The record of a contract's plain name, or null.</summary>
    public static Type? TypeOf(string name) => Types.GetValueOrDefault(name);

    public static Contract Of(RunObservation message) => message switch
    {
        RunObserved => Contract.RunObserved,
        RunStarted => Contract.RunStarted,
        RunHeartbeat => Contract.RunHeartbeat,
        StepStarted => Contract.StepStarted,
        StepCompleted => Contract.StepCompleted,
        StepFailed => Contract.StepFailed,
        StepCancelled => Contract.StepCancelled,
        RunCompleted => Contract.RunCompleted,
        RunFailed => Contract.RunFailed,
        RunCancelled => Contract.RunCancelled,
        _ => throw new ArgumentException($"{message.GetType().Name} is not an observation the ledger folds."),
    };
}
