using RunLedger.Contracts;
using RunLedger.Runs;
using RunLedger.Service.Verbs;

namespace RunLedger.Tests.Demo;

public sealed class DemoMixTests
{
    static readonly IReadOnlyList<RunObservation> Messages = new DemoMix(seed: 1, Some.Noon).Messages(200);

    [Fact]
    public void The_same_seed_tells_the_same_story() =>
        Assert.Equal(Messages, new DemoMix(seed: 1, Some.Noon).Messages(200));

    [Fact]
    public void Every_message_passes_the_door()
    {
        var door = new Door(new RunLedgerOptions(), TimeProvider.System);
        Assert.All(Messages, message => Assert.True(door.TryAdmit(message, out _, out var reason), reason));
    }

    [Fact]
    public void Every_kind_of_fate_is_in_it()
    {
        Assert.Equal(200, Messages.Select(message => message.ProcessRunId).Distinct().Count());
        Type[] kinds =
        [
            typeof(RunStarted), typeof(RunHeartbeat), typeof(RunCompleted), typeof(RunFailed), typeof(RunCancelled),
            typeof(StepStarted), typeof(StepCompleted), typeof(StepFailed),
        ];
        Assert.All(kinds, kind => Assert.Contains(Messages, message => message.GetType() == kind));
        var runs = Messages.Select(message => message.ProcessRunId).ToHashSet();
        Assert.Contains(Messages, message => message.ParentRunId is { } parent && runs.Contains(parent));
        Assert.True(Messages.Count > Messages.Distinct().Count());
    }
}
