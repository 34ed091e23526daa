using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Observe;
using RunLedger.Contracts;

namespace RunLedger.Cli.Publish;

/// <summary>
/// An option for every member of the contracts, by its name: <c>--process-run-id</c> is <c>ProcessRunId</c>.
/// </summary>
sealed class MessageFields
{
    static readonly Dictionary<string, Type> Contracts = typeof(RunObservation).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false }
            && (type.IsSubclassOf(typeof(RunObservation)) || type == typeof(ProcessDefined)))
        .ToDictionary(type => type.Name);

    // As observe calls them.
    static readonly Dictionary<string, string> ShortOptions = new()
    {
        [nameof(RunObservation.ProcessRunId)] = "--run",
        [nameof(RunObservation.ProcessCandidateCode)] = "--candidate",
        [nameof(RunObservation.CorrelationId)] = "--correlation",
        [nameof(RunObservation.SourceSystem)] = "--source",
        [nameof(RunObservation.ParentRunId)] = "--parent",
        [nameof(RunObservation.IdempotencyKey)] = "--key",
        [nameof(StepObservation.ComponentRunId)] = "--component",
        [nameof(StepObservation.ComponentRole)] = "--role",
    };

    readonly List<(string Member, Option<string?> Option)> _options =
    [
        .. Contracts.Values.SelectMany(Members)
            .DistinctBy(member => member.Name)
            .Select(member => (member.Name, CreateOption(member.Name, member.Type))),
    ];

    public static IReadOnlyList<string> Types { get; } = [.. Contracts.Keys.Order(StringComparer.Ordinal)];

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _options)
            command.Options.Add(option);
    }

    public IEnumerable<(string Member, string Value)> Given(CommandResult parsed) => _options
        .Where(one => parsed.GetResult(one.Option) is not null)
        .Select(one => (one.Member, parsed.GetValue(one.Option) ?? ""));

    /// <summary>The message as <c>POST /api/observations</c> takes it.</summary>
    /// <exception cref="CliException">A field cannot be read, is not of this message, or is missing.</exception>
    public static JsonObject CreateMessage(
        string contract, IEnumerable<(string Member, string Value)> given, RunEnvironment around, TimeProvider time)
    {
        var members = Members(Contracts[contract]).ToDictionary(member => member.Name, member => member.Type);
        var message = new JsonObject { ["type"] = contract };
        foreach (var (member, value) in given)
        {
            if (!members.TryGetValue(member, out var type))
                throw new CliException($"{contract} has no {OptionName(member)}.");
            message[JsonName(member)] = ParseValue(member, type, value);
        }

        // A start may be of something new; anything else is about something that there is.
        Default(
            nameof(RunObservation.ProcessRunId),
            around.Run?.ToString() ?? (contract is nameof(RunObserved) or nameof(RunStarted) ? NewId() : null));
        Default(nameof(StepObservation.ComponentRunId), contract == nameof(StepStarted) ? NewId() : null);
        var inside = message["processRunId"]?.ToString() == around.Run?.ToString();
        Default(nameof(RunObservation.ProcessCandidateCode), inside ? around.Candidate : null);
        Default(
            nameof(RunObservation.CorrelationId),
            (inside ? around.Correlation : null) ?? message["processRunId"]?.ToString());
        Default(nameof(RunObservation.SourceSystem), (inside ? around.Source : null) ?? SourceSystems.DotRuntime);
        Default(nameof(RunObservation.OccurredAt), time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        return message;

        string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

        void Default(string member, string? value)
        {
            if (members.ContainsKey(member) && !message.ContainsKey(JsonName(member)))
                message[JsonName(member)] = value ?? throw new CliException($"{contract} needs {OptionName(member)}.");
        }
    }

    static JsonNode? ParseValue(string member, Type type, string value)
    {
        try
        {
            return type == typeof(JsonElement) ? JsonNode.Parse(value)
                : type == typeof(Guid) ? Guid.Parse(value).ToString()
                : type == typeof(int) ? int.Parse(value, NumberStyles.Integer, CultureInfo.InvariantCulture)
                : type == typeof(DateTimeOffset)
                    ? DateTimeOffset.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
                        .ToString("O", CultureInfo.InvariantCulture)
                    : value;
        }
        catch (Exception e) when (e is FormatException or OverflowException or JsonException)
        {
            throw new CliException($"{OptionName(member)} cannot be read: '{value}' is no {HelpName(type)}.");
        }
    }

    static Option<string?> CreateOption(string member, Type type)
    {
        var option = new Option<string?>(OptionName(member)) { HelpName = HelpName(type), Description = member };
        if (ShortOptions.TryGetValue(member, out var alias))
            option.Aliases.Add(alias);
        return option;
    }

    static string HelpName(Type type) =>
        type == typeof(JsonElement) ? "JSON"
        : type == typeof(Guid) ? "UUID"
        : type == typeof(int) ? "N"
        : type == typeof(DateTimeOffset) ? "TIME"
        : "TEXT";

    static IEnumerable<(string Name, Type Type)> Members(Type contract) => contract.GetProperties()
        .Where(property => property.CanWrite)
        .Select(
            property => (property.Name, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));

    static string JsonName(string member) => JsonNamingPolicy.CamelCase.ConvertName(member);

    static string OptionName(string member) => $"--{JsonNamingPolicy.KebabCaseLower.ConvertName(member)}";
}
