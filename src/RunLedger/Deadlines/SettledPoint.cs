using System.Globalization;
using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>A place in the order in which runs were settled.</summary>
readonly record struct SettledPoint(DateTime At, Guid RunId)
{
    public static SettledPoint Parse(string text)
    {
        var parts = text.Split(' ');
        return new SettledPoint(
            DateTime.Parse(parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
            Guid.Parse(parts[1]));
    }

    public override string ToString() => $"{LedgerTime.Text(At)} {RunId}";
}
