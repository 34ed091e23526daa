using System.Globalization;

namespace RunLedger.Deadlines;

/// <summary>A limit and how it is told; <see cref="Limit.All"/> has all of them.</summary>
/// <param name="Name">As the evidence and the metrics spell it.</param>
/// <param name="Kind">What a row is that passed it.</param>
/// <param name="Notice">Sent to others: {0} is the limit's value, {1} the parent or component that is missing.</param>
/// <param name="Because">Shown on the page: {0} is the limit's value.</param>
sealed record LimitTraits(string Name, FlagKind Kind, string Notice, string Because)
{
    public string NoticeOf(TimeSpan value, Guid? missing = null) =>
        string.Format(CultureInfo.InvariantCulture, Notice, value.ToString("c", CultureInfo.InvariantCulture), missing);

    public string BecauseOf(string value) => string.Format(CultureInfo.InvariantCulture, Because, value);
}
