using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using RunLedger.Client;
using RunLedger.Deadlines;
using RunLedger.Expectations;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Service.Actions;
using RunLedger.Service.Assistants;
using RunLedger.Service.Bridge;
using RunLedger.Service.Channels;
using RunLedger.Service.Checkpoints;
using RunLedger.Service.Dossier;
using RunLedger.Service.Heartbeat;
using RunLedger.Service.Incidents;
using RunLedger.Service.Intake;
using RunLedger.Service.Journal;
using RunLedger.Service.Outward;
using RunLedger.Service.Overview;
using RunLedger.Service.Query;
using RunLedger.Service.Security;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;
using RunLedger.Tests.Support;
using RunLedger.Unlike;

namespace RunLedger.Tests.Documents;

/// <summary>docs/configuration.md has every property of the options classes, with its default, and no other.</summary>
public sealed partial class ConfigurationDocumentTests
{
    static readonly (string Section, object Options)[] Sections =
    [
        (RunLedgerOptions.Section, new RunLedgerOptions()), (ArchiveOptions.Section, new ArchiveOptions()),
        (IntakeOptions.Section, new IntakeOptions()), (ReadingOptions.Section, new ReadingOptions()),
        (QueryOptions.Section, new QueryOptions()),
        (SecurityOptions.Section, new SecurityOptions()),
        (PageOptions.Section, new PageOptions()), (BridgeOptions.Section, new BridgeOptions()),
        (StandbyOptions.Section, new StandbyOptions()),
        (IncidentOptions.Section, new IncidentOptions()), (ChannelOptions.Section, new ChannelOptions()),
        (OutwardOptions.Section, new OutwardOptions()), (HeartbeatOptions.Section, new HeartbeatOptions()),
        (BrokerOptions.Section, new BrokerOptions()), (DossierOptions.Section, new DossierOptions()),
        (AssistantOptions.Section, new AssistantOptions()), (JournalOptions.Section, new JournalOptions()),
        (CheckpointOptions.Section, new CheckpointOptions()),
        (ActionOptions.Section, new ActionOptions()),
        (RunLedgerClientOptions.Section, new RunLedgerClientOptions()),
    ];

    // What `serve` reads from elsewhere: a connection string, and a section of its own.
    static readonly string[] Elsewhere = ["RunLedger__Postgres", "RunLedger__Archive"];

    // Keys that are not properties: an example of each.
    static readonly (string Setting, object? Value)[] Entries =
    [
        ("Security__Oidc__Grants__read__0", null), ("RunLedger__Retention__Policies__0__Periods__completed", null),
    ];

    [Fact]
    public void The_document_names_every_setting_with_its_default()
    {
        var settings = Sections.SelectMany(one => Settings(one.Section, one.Options)).Concat(Entries)
            .Select(one => $"{one.Setting} | {Text(one.Value)}");
        var prefixes = Sections.Select(one => $"{one.Section}__").ToArray();
        var documented = Row().Matches(Document.Read("docs/configuration.md"))
            .Where(row => prefixes.Any(row.Groups["setting"].Value.StartsWith))
            .Select(row => $"{row.Groups["setting"].Value} | {row.Groups["default"].Value}");

        Assert.Equal(settings.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    static IEnumerable<(string Setting, object? Value)> Settings(string place, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (setting, value) = ($"{place}__{property.Name}", property.GetValue(options));
            if (Elsewhere.Contains(setting))
                continue;
            foreach (var one in Of(setting, property, value))
                yield return one;
        }
    }

    static IEnumerable<(string Setting, object? Value)> Of(string setting, PropertyInfo property, object? value) =>
        value switch
        {
            IDictionary<string, TimeSpan> periods =>
                periods.Select(period => ($"{setting}__{period.Key}", (object?)period.Value)),
            IList => property.PropertyType.GetGenericArguments()[0] is var entry && entry == typeof(string)
                ? [($"{setting}__0", null)]
                : Settings($"{setting}__0", Activator.CreateInstance(entry)!),
            IDictionary<string, IList<string>> => [],
            DeadlineOptions or DeadlinePolicy or ExpectedOptions or UnlikeOptions or RetentionOptions or RetentionPolicy
                or OidcOptions or SealingOptions =>
                Settings(setting, value),
            _ when !property.CanWrite => [],
            _ => [(setting, value)],
        };

    static string Text(object? value) => value switch
    {
        null or "" => "none",
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // | `setting` | `default` | what |, or none, and after a colon what that means
    [GeneratedRegex(
        @"^\| `(?<setting>\w+)` \| `?(?<default>[^`|:]+|[\d.:]+)`?(: [^|]*)? \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
