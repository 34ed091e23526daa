using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RunLedger.Folding;
using RunLedger.Service.Assistants;
using RunLedger.Service.Channels;
using RunLedger.Service.Standby;
using RunLedger.Telemetry;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Telemetry;

/// <summary>docs/metrics.md says what the ledger's meters have, and nothing else.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public void The_document_names_every_instrument_with_its_kind_its_unit_and_its_tags()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = meters.GetRequiredService<IMeterFactory>();
        using var meter = new LedgerMeter(factory);
        using var standby = new StandbyMeter(
            factory, new StandbyState(TimeProvider.System, NullLogger<StandbyState>.Instance));
        using var incidents = new IncidentMeter(factory);
        using var assistants = new AssistantMeter(factory);
        using var measured = new Measured(factory);
        // What has no value yet shows no tags.
        assistants.Called("failures", answered: true);
        meter.Runs(new Dictionary<RunStatus, long>(), 0);
        _ = measured.All("runledger.runs");

        var registered = measured.Instruments
            .Select(one => $"{one.Name} | {Kind(one)} | {one.Unit} | "
                + $"{string.Join(' ', measured.Tags.GetValueOrDefault(one.Name, []))}");

        Assert.Equal(registered.Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));
        Assert.All(measured.Instruments, one => Assert.False(string.IsNullOrWhiteSpace(one.Description), one.Name));
    }

    static string Kind(Instrument instrument) => instrument.GetType().Name switch
    {
        "ObservableCounter`1" or "Counter`1" => "counter",
        "ObservableUpDownCounter`1" => "up-down counter",
        "ObservableGauge`1" => "gauge",
        "Histogram`1" => "histogram",
        var other => other,
    };

    // | `name` | kind | unit | `tag`: values; `tag`: values | meaning |
    static IEnumerable<string> Documented()
    {
        foreach (var line in File.ReadLines(Path.Combine(Checkout.Root, "docs", "metrics.md")))
        {
            if (!line.StartsWith("| `runledger.", StringComparison.Ordinal))
                continue;
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            var tags = Tag().Matches(cells[4]).Select(tag => tag.Groups[1].Value).Order(StringComparer.Ordinal);
            yield return $"{cells[1].Trim('`')} | {cells[2]} | {cells[3].Trim('`')} | {string.Join(' ', tags)}";
        }
    }

    [GeneratedRegex("`([a-z.]+)`:")]
    private static partial Regex Tag();
}
