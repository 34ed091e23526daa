using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>The shared broker: where it is, as <c>infra/servers-up</c> says it in the environment.</summary>
static class BrokerServer
{
    const int ManagementPort = 15672;
    const int MetricsPort = 15692;

    /// <summary>Its nodes' addresses; skips the test where there are none.</summary>
    /// <returns>One, or one per host of <c>amqp://user:password@host:port,host:port/</c>.</returns>
    public static IReadOnlyList<Uri> Nodes()
    {
        var text = Environment.GetEnvironmentVariable("ConnectionStrings__RabbitMq");
        if (string.IsNullOrWhiteSpace(text))
            TestDatabase.Missing("ConnectionStrings__RabbitMq is not set; infra/servers-up prints it.");
        var login = text![..(text!.IndexOf('@', StringComparison.Ordinal) + 1)];
        var rest = text[login.Length..];
        var end = rest.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? slash : rest.Length;
        return [.. rest[..end].Split(',').Select(host => new Uri($"{login}{host}{rest[end..]}"))];
    }

    /// <summary>The management plug-in of the first node.</summary>
    public static Uri Management() => Of("RabbitMq__Management", ManagementPort);

    /// <summary>The prometheus plug-in of the first node.</summary>
    public static Uri Metrics() => Of("RUNLEDGER_RABBITMQ_METRICS", MetricsPort);

    static Uri Of(string variable, int port) => new(
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set
            ? set
            : $"http://{Nodes()[0].Host}:{port}");
}
