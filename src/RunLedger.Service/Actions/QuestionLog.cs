using System.Text.Json;
using RunLedger.Service.Database;
using RunLedger.Telemetry;

namespace RunLedger.Service.Actions;

/// <summary>
/// Writes down what only reads, too. A ledger that can be read and not written, by its role or while its primary is
/// away, still answers: then the service's own log has the line that the log of actions has not.
/// </summary>
sealed partial class QuestionLog(ActionLog actions, ILogger<QuestionLog> log)
{
    /// <summary>Enters what was asked and answered.</summary>
    public async Task Enter(
        string who, string action, string subject, object? detail, string outcome, CancellationToken cancellationToken)
    {
        if (await Entered(who, action, subject, detail, outcome, cancellationToken) is { Fault: { } fault })
            Asked(action, subject, who, JsonSerializer.Serialize(detail), outcome, fault);
    }

    /// <summary>Enters what is asked before it is, and then what became of it.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="action">What he does.</param>
    /// <param name="subject">To what.</param>
    /// <param name="detail">What else is to be known.</param>
    /// <param name="work">Answers, and says what became of it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<T> Around<T>(
        string who,
        string action,
        string subject,
        object? detail,
        Func<Task<(T Result, string Outcome)>> work,
        CancellationToken cancellationToken)
    {
        var (id, fault) = await Entered(who, action, subject, detail, null, cancellationToken);
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
            if (await Ended(id, outcome) is { } late)
                Asked(action, subject, who, JsonSerializer.Serialize(detail), outcome, fault ?? late);
        }
    }

    async Task<(Guid Id, string? Fault)> Entered(
        string who, string action, string subject, object? detail, string? outcome, CancellationToken cancellationToken)
    {
        try
        {
            return (await actions.EnterAlone(who, action, subject, detail, outcome, cancellationToken), null);
        }
        catch (Exception e) when (ReadingDialect.Cause(e) is { } cause)
        {
            return (Guid.Empty, cause.Message);
        }
    }

    async Task<string?> Ended(Guid id, string outcome)
    {
        if (id == Guid.Empty)
            return "";
        try
        {
            await actions.EndAlone(id, outcome);
            return null;
        }
        catch (Exception e) when (ReadingDialect.Cause(e) is { } cause)
        {
            return cause.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "The log of actions cannot be written ({Cause}), so this line has it: {Action} of {Subject} by {Who}: {Detail} "
        + "{Outcome}")]
    partial void Asked(
        ForeignText action, ForeignText subject, ForeignText who, ForeignText detail, ForeignText outcome,
        ForeignText cause);
}
