using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RunLedger.Service.Actions;
using RunLedger.Service.Standby;

namespace RunLedger.Service.Query;

/// <summary>Runs statements of people, each in a process of its own, and writes down who asked what.</summary>
sealed class LedgerQuery(
    QuerySource source, ActionLog actions, IOptions<QueryOptions> options, TimeProvider time) : IDisposable
{
    const int MostText = 20_000;

    /// <summary>What the log of actions keeps of a statement.</summary>
    const int LoggedText = 2_000;

    /// <summary>What the ledger itself has at most, in MB: docs/operations.md, Memory.</summary>
    const int LedgerMegabytes = 400;

    readonly SemaphoreSlim _room = new(options.Value.MaxAtOnce);

    QueryOptions Limits => options.Value;

    /// <exception cref="QueryException">It is refused, failed, or was too much.</exception>
    public Task<QueryAnswer> Ask(string? sql, string who, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(sql))
            throw new QueryException("There is no sql: send a select over runs and components.");
        if (sql.Length > MostText || sql.Contains('\0'))
        {
            throw new QueryException(string.Create(
                CultureInfo.InvariantCulture, $"The sql has more than {MostText:N0} characters, or a NUL."));
        }

        // A container that has no room for it is ended whole, and the ledger with it.
        var (needed, there) = (
            LedgerMegabytes + (Limits.MaxAtOnce * Limits.MostMegabytes),
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024 * 1024));
        if (needed > there)
        {
            throw new QueryException(string.Create(
                CultureInfo.InvariantCulture,
                $"There are {there:N0} MB here, and the ledger with {Limits.MaxAtOnce} statements at once may need "
                + $"{needed:N0}: give it more memory, or set Query__MemoryMegabytes or Query__MaxAtOnce lower."));
        }

        return actions.Around(
            who, ActionNames.Query, "sql", null,
            new { sql = sql.Length > LoggedText ? sql[..LoggedText] + "…" : sql },
            async () =>
            {
                var answer = await InTurn(sql, cancellationToken);
                return (answer, string.Create(
                    CultureInfo.InvariantCulture, $"{answer.Rows.Count} rows in {answer.Milliseconds} ms"));
            },
            cancellationToken);
    }

    public void Dispose() => _room.Dispose();

    async Task<QueryAnswer> InTurn(string sql, CancellationToken cancellationToken)
    {
        if (!await _room.WaitAsync(0, cancellationToken))
        {
            throw new QueryException(
                $"{Limits.MaxAtOnce} statements run already, as many as do at once (Query__MaxAtOnce): ask again.",
                tooMuch: true);
        }

        try
        {
            return await ReadSource.Ask(() => Run(sql, cancellationToken));
        }
        finally
        {
            _room.Release();
        }
    }

    async Task<QueryAnswer> Run(string sql, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var late = new CancellationTokenSource(Limits.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var process = QueryProcess.Start();
        await using var ends = stop.Token.Register(process.End);
        var watch = process.Watch(Limits.MostMegabytes, time, stop.Token);
        try
        {
            var answer = await Task.Run(() => Talk(process, sql, stop.Token), stop.Token);
            return answer with { Milliseconds = (long)time.GetElapsedTime(begun).TotalMilliseconds };
        }
        catch (Exception e) when (e is not QueryException && (stop.IsCancellationRequested || process.TookTooMuch
            || e is IOException or JsonException))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new QueryException(
                late.IsCancellationRequested
                    ? $"It took longer than {Limits.Timeout:c} (Query__Timeout) and was ended: "
                        + "ask for less, or name fewer columns."
                : process.TookTooMuch ? TooMuchMemory
                : "Its process ended before it had answered. The service is well; if it happens again, it is a fault "
                    + "of the statement's engine.");
        }
        finally
        {
            process.End();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task<QueryAnswer> Talk(QueryProcess process, string sql, CancellationToken cancellationToken)
    {
        var needs = process.Ask(new(sql, Limits.Threads, Limits.MemoryMegabytes, Limits.MaxRows, Limits.MaxBytes));
        if (needs.Refusal is { } refusal)
            throw new QueryException(refusal);
        try
        {
            await source.Send(needs, process, cancellationToken);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested && !process.TookTooMuch)
        {
            // It stopped listening, and says why.
        }

        var answer = process.Answer();
        return answer.Fault is { } fault ? throw new QueryException(Words(fault)) : answer;
    }

    string TooMuchMemory => $"It needs more than {Limits.MemoryMegabytes} MB (Query__MemoryMegabytes): ask for less, "
        + "or name fewer columns.";

    // The engine advises to set what cannot be set here.
    string Words(string fault) => fault.StartsWith("Out of Memory", StringComparison.OrdinalIgnoreCase)
        ? TooMuchMemory
        : fault.Contains(".parquet", StringComparison.Ordinal)
            ? $"A file of the archive cannot be read; `archive verify` says which are damaged. {fault.Trim()}"
            : fault.StartsWith("Binder Error", StringComparison.Ordinal)
                // Of the columns it knows those that are read: the rest is said elsewhere.
                ? $"{fault.Split('\n')[0].Split(" Candidate bindings")[0]} docs/query.md names the columns."
                : fault.Trim();
}
