using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Tests.Support;

/// <summary>Messages as the validator lets them in.</summary>
static class Validated
{
    static readonly ObservationValidator Validator = new(new RunLedgerOptions(), TimeProvider.System);

    public static Observation By(RunObservation message)
    {
        Assert.True(Validator.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
