using RunLedger.Service.Web;

namespace RunLedger.Service.Overview;

/// <summary>The broker's queues, a line for each.</summary>
static class QueueLines
{
    public static IEnumerable<(string Queue, string Says)> Of(Overview overview) =>
        [
            .. overview.Queues.Select(queue => (queue.Name, Says(queue))),
            .. overview.QueueFault is { } fault ? [("queues", $"not asked: {fault}")] : Array.Empty<(string, string)>(),
        ];

    static string Says(QueueFigures queue) => !queue.Exists
        ? "no such queue"
        : $"{Phrases.Count(queue.Ready)} "
            + $"ready{(queue.Unacknowledged is { } unacked ? $", {Phrases.Count(unacked)} unacked" : "")}, "
            + Phrases.Count(queue.Consumers, "consumer", "consumers");
}
