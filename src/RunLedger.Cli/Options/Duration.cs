using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RunLedger.Cli.Options;

/// <summary>
/// A time as people write it on a command line: <c>90</c>, <c>90s</c>, <c>500ms</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>.
/// </summary>
static class Duration
{
    /// <summary>No timer can wait for more than 49 days.</summary>
    static readonly TimeSpan Maximum = TimeSpan.FromDays(45);

    static readonly (string Unit, double Seconds)[] Units =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("", 1)];

    public static Option<TimeSpan> CreateOption(string name, TimeSpan without, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = Parse,
        DefaultValueFactory = _ => without,
    };

    /// <summary>Null where it is none.</summary>
    public static TimeSpan? TryParse(string text)
    {
        var (unit, seconds) = Units.First(one => text.EndsWith(one.Unit, StringComparison.Ordinal));
        return double.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var count)
            && count * seconds <= Maximum.TotalSeconds
                ? TimeSpan.FromSeconds(count * seconds)
                : null;
    }

    public static TimeSpan Parse(ArgumentResult result)
    {
        if (TryParse(result.Tokens[0].Value) is { } duration)
            return duration;
        result.AddError($"'{result.Tokens[0].Value}' is no time such as 90s, 5m or 2h, up to {Maximum.Days} days.");
        return default;
    }
}
