using Microsoft.EntityFrameworkCore;

namespace RunLedger.Service.Database;

/// <summary>Reads a page until it has as many rows as it should, or as many bytes as it may.</summary>
static class PageReading
{
    /// <param name="query">Of one row more than asked for.</param>
    /// <param name="limit">How many are asked for.</param>
    /// <param name="bytes">After how many the page ends.</param>
    /// <param name="size">What a row counts.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>
    /// The rows, with one more where there is one, and how many of them are the page: fewer than asked for where their
    /// texts are long.
    /// </returns>
    public static async Task<(List<T> Rows, int Limit)> Read<T>(
        this IQueryable<T> query, int limit, int bytes, Func<T, int> size, CancellationToken cancellationToken)
    {
        var (rows, held) = (new List<T>(), 0L);
        await foreach (var row in query.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            rows.Add(row);
            if (held >= bytes)
                return (rows, rows.Count - 1);
            held += size(row);
        }

        return (rows, limit);
    }
}
