using System.Globalization;
using Npgsql;
using RunLedger.Service.Database;
using RunLedger.Service.Database.Postgres;

namespace RunLedger.Service.Standby;

/// <summary>
/// Where one answer is read from. It goes along with the work on the answer; what nobody began an answer for is read
/// from the primary, and so is every read that decides a write.
/// </summary>
sealed class ReadSource
{
    public const string Standby = "standby";
    public const string Primary = "primary";

    /// <summary>A reason: the standby cannot be read.</summary>
    public const string Away = "standby-away";

    /// <summary>A reason: the standby has not yet what the caller did.</summary>
    public const string OwnAction = "own-action";

    /// <summary>A reason: the standby was asked and failed, or cancelled the question.</summary>
    public const string Failed = "standby-failed";

    static readonly AsyncLocal<ReadSource?> Ambient = new();

    TimeSpan? _behind;

    readonly Func<bool>? _isThere;

    ReadSource(TimeSpan? behind, string? reason, Func<bool>? isThere) =>
        (_behind, Reason, _isThere) = (behind, reason, isThere);

    /// <summary>Of the work that is under way; null where it is not about an answer.</summary>
    public static ReadSource? Current => Ambient.Value;

    /// <summary>How far the standby is behind that is read from; null where the primary is.</summary>
    public TimeSpan? Behind => _behind;

    public bool IsStandby => _behind is not null;

    /// <summary>Why the primary is read from: a word, for a header; null where nothing is the matter.</summary>
    public string? Reason { get; private set; }

    /// <summary>All that is asked from now on, in this flow of work, is for an answer from there.</summary>
    /// <param name="behind">How far the standby is behind; null to read from the primary.</param>
    /// <param name="reason">Why not from the standby.</param>
    /// <param name="isThere">Whether the standby answers at all; without it, it does.</param>
    public static ReadSource Begin(TimeSpan? behind, string? reason = null, Func<bool>? isThere = null) =>
        Ambient.Value = new(behind, behind is null ? reason : null, isThere);

    /// <summary>
    /// Asks, and once more of the primary where the standby fails: it may go away at any moment, and cancels a question
    /// that stands in the way of what it replays.
    /// </summary>
    public static async Task<T> Ask<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (Current?.TurnsToPrimary(e) == true)
        {
            return await ask();
        }
    }

    /// <summary>As the header of an answer: a structured field.</summary>
    public override string ToString() => _behind is { } behind
        ? string.Create(CultureInfo.InvariantCulture, $"{Standby}; behind={behind.TotalSeconds:0.0##}")
        : Reason is { } reason ? $"{Primary}; reason={reason}" : Primary;

    bool TurnsToPrimary(Exception exception)
    {
        if (!IsStandby || !IsOfTheStandby(exception))
            return false;
        (_behind, Reason) = (null, Failed);
        return true;
    }

    // Not what would be wrong on the primary too, such as a question that takes too long: that has no second chance
    // unless the standby is silent to everybody. Class 40: the question stood in the way of what was replayed; without
    // its schema the standby has not replayed that.
    bool IsOfTheStandby(Exception exception) => ReadingDialect.Cause(exception) switch
    {
        PostgresException { SqlState: var state } => state[..2] == "40" || PostgresDialect.IsOutage(state)
            || PostgresDialect.LacksSchema(state),
        NpgsqlException { InnerException: TimeoutException } => _isThere?.Invoke() == false,
        NpgsqlException => true,
        _ => false,
    };
}
