using System.Data.Common;
using Microsoft.Extensions.Options;
using NpgsqlTypes;

namespace RunLedger.Service.Standby;

/// <summary>
/// Whoever did something is not shown a ledger in which it did not happen. The answer to an action waits until the
/// standby has it. Where that takes too long it says to which place in the primary's log the caller has written, in a
/// header and in a cookie; who sends one of them back reads from the primary until the standby has come so far.
/// </summary>
sealed class OwnActions(
    StandbyDatabase database, StandbyState standby, IOptions<StandbyOptions> options, TimeProvider time)
{
    /// <summary>Of an answer, and of the requests after it.</summary>
    public const string Header = "RunLedger-Position";
    const string Cookie = "run-ledger-position";

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>A standby that is behind for longer is another matter, and every answer says so.</summary>
    static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>After an action, before it is answered.</summary>
    public async Task Follow(HttpContext http)
    {
        NpgsqlLogSequenceNumber written;
        try
        {
            written = await database.Committed(http.RequestAborted);
            if (await Arrives(written, http.RequestAborted))
                return;
        }
        catch (DbException)
        {
            // What was done is done, and the primary is away: nothing can be said of it.
            return;
        }

        http.Response.Headers[Header] = $"{written}";
        http.Response.Cookies.Append(Cookie, $"{written}", new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
            IsEssential = true,
            MaxAge = Remembered,
        });
    }

    /// <summary>Whether the standby has what the caller did; who did nothing has nothing to miss.</summary>
    public async Task<bool> AreThere(HttpContext http)
    {
        // The cookie goes by itself: who deletes it here may delete that of an action that was done meanwhile.
        var sent = http.Request.Cookies[Cookie] ?? $"{http.Request.Headers[Header]}";
        return !NpgsqlLogSequenceNumber.TryParse(sent, out var written)
            || written <= standby.Replayed
            || await Has(written, http.RequestAborted);
    }

    async Task<bool> Arrives(NpgsqlLogSequenceNumber written, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (standby.IsReadable)
        {
            if (await Has(written, cancellationToken))
                return true;
            if (time.GetElapsedTime(begun) >= options.Value.ActionWait)
                return false;
            await Task.Delay(Poll, time, cancellationToken);
        }

        return false;
    }

    async Task<bool> Has(NpgsqlLogSequenceNumber written, CancellationToken cancellationToken)
    {
        try
        {
            return (await database.Standby(cancellationToken)).Replayed >= written;
        }
        catch (DbException)
        {
            return false;
        }
    }
}
