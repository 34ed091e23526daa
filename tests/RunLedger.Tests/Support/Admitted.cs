using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Tests.Support;

/// <summary>Messages as the door lets them in.</summary>
static class Admitted
{
    static readonly ObservationValidator Door = new(new RunLedgerOptions(), TimeProvider.System);

    public static Observation By(RunObservation message)
    {
        Assert.True(Door.TryValidate(message, out var observation, out var reason), reason);
        return observation;
    }
}
