using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Service.Actions;

/// <summary>Writes down what operators do, in the transaction in which they do it.</summary>
sealed class ActionLog(ILedgerTransactions ledger, TimeProvider time)
{
    public DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

    /// <summary>Enters an action; without an outcome it goes on.</summary>
    /// <returns>Its id.</returns>
    public async Task<Guid> Enter(
        LedgerSql sql,
        string operatorName,
        string action,
        string subject,
        string? reason,
        object? detail,
        string? outcome,
        CancellationToken cancellationToken)
    {
        var now = Now;
        var id = Guid.CreateVersion7(new DateTimeOffset(now));
        await sql.Run(
            """
            insert into operator_action (id, at, who, action, subject, reason, detail, outcome)
            values (@id, @at, @who, @action, @subject, @reason, @detail, @outcome)
            """,
            cancellationToken,
            ("id", id),
            ("at", now),
            ("who", operatorName),
            ("action", action),
            ("subject", subject),
            ("reason", reason),
            ("detail", detail is null
                ? null
                : new LedgerSql.Json(JsonSerializer.Serialize(detail, JsonSerializerOptions.Web))),
            ("outcome", outcome));
        return id;
    }

    /// <summary>Enters what is done in no transaction of the ledger's own.</summary>
    public Task<Guid> EnterAlone(
        string operatorName,
        string action,
        string subject,
        object? detail,
        string? outcome,
        CancellationToken cancellationToken) => ledger.InOne(
            sql => Enter(sql, operatorName, action, subject, null, detail, outcome, cancellationToken),
            cancellationToken);

    /// <summary>Says what became of it. Whoever asked may have gone; it is said all the same.</summary>
    public Task EndAlone(Guid id, string outcome) => ledger.InOne(
        async sql =>
        {
            await End(sql, id, outcome, CancellationToken.None);
            return true;
        },
        CancellationToken.None);

    public static Task End(LedgerSql sql, Guid id, string outcome, CancellationToken cancellationToken) => sql.Run(
        "update operator_action set outcome = @outcome where id = @id", cancellationToken,
        ("outcome", outcome), ("id", id));

    /// <summary>
    /// For what is done elsewhere than in the ledger's own transaction: entered before it, and ended with what became
    /// of it, so that one whose process went away says so by having no outcome.
    /// </summary>
    /// <param name="work">Does it, and says what became of it.</param>
    public async Task<T> Around<T>(
        string operatorName,
        string action,
        string subject,
        string? reason,
        object? detail,
        Func<Task<(T Result, string Outcome)>> work,
        CancellationToken cancellationToken)
    {
        var id = await ledger.InOne(
            sql => Enter(sql, operatorName, action, subject, reason, detail, null, cancellationToken),
            cancellationToken);
        var outcome = "";
        try
        {
            (var result, outcome) = await work();
            return result;
        }
        catch (Exception e)
        {
            outcome = $"failed: {e.Message}";
            throw;
        }
        finally
        {
            await EndAlone(id, outcome);
        }
    }
}
