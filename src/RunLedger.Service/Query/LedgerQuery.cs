using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RunLedger.Service.Actions;
using RunLedger.Service.Standby;

namespace RunLedger.Service.Query;

/// <summary>Runs statements, each in a process of its own, and writes down who asked what.</summary>
sealed class LedgerQuery(
    QuerySource source, QuestionLog questions, IOptions<QueryOptions> options, TimeProvider time) : IDisposable
{
    public const int MostText = 20_000;

    /// <summary>What the log of actions keeps of a statement.</summary>
    const int LoggedText = 2_000;

    /// <summary>What the ledger itself has at most, in MB: docs/operations.md, Memory.</summary>
    const int LedgerMegabytes = 400;

    readonly SemaphoreSlim _room = new(options.Value.MaxAtOnce);

    QueryOptions Limits => options.Value;

    /// <exception cref="QueryException">It is refused, failed, or was too much.</exception>
    public Task<QueryAnswer> Ask(string? sql, string who, CancellationToken cancellationToken)
    {
        Check(sql);
        return questions.Around(
            who, ActionNames.Query, "sql",
            new { sql = Logged(sql) },
            async () =>
            {
                var answer = await InTurn(sql, cancellationToken);
                return (answer, string.Create(
                    CultureInfo.InvariantCulture, $"{answer.Rows.Count} rows in {answer.Milliseconds} ms"));
            },
            cancellationToken);
    }

    /// <summary>The same for who writes down himself what is asked.</summary>
    /// <inheritdoc cref="Ask" path="/exception"/>
    public Task<QueryAnswer> Answer(string? sql, CancellationToken cancellationToken)
    {
        Check(sql);
        return InTurn(sql, cancellationToken);
    }

    /// <summary>As the log of actions has it.</summary>
    public static string Logged(string sql) => sql.Length > LoggedText ? sql[..LoggedText] + "…" : sql;

    public void Dispose() => _room.Dispose();

    void Check([NotNull] string? sql)
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
    }

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
                : process.TookTooMuch ? QueryFault.TooMuchMemory(Limits.MemoryMegabytes)
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
        return answer.Fault is { } fault ? throw QueryFault.Of(fault, Limits.MemoryMegabytes) : answer;
    }
}
