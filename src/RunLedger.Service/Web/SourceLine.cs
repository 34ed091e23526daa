using System.Globalization;
using RunLedger.Service.Standby;

namespace RunLedger.Service.Web;

/// <summary>What a page says of where it was read.</summary>
static class SourceLine
{
    /// <summary>Null where there is one place, and nothing to be said of it.</summary>
    public static string? Of(ReadSource? source) => source switch
    {
        { Behind: { } behind } => $"Read from a standby, {Text(behind)} behind.",
        { Reason: ReadSource.Away } => "The standby is away: read from the primary.",
        { Reason: ReadSource.OwnAction } => "Read from the primary: the standby does not have your last action yet.",
        { Reason: not null } => "The standby failed: read from the primary.",
        _ => null,
    };

    static string Text(TimeSpan behind) => behind < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{behind.TotalSeconds:0.0} s")
        : Phrases.Long(behind);
}
