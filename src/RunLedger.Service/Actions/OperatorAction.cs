using System.ComponentModel;
using System.Text;
using RunLedger.Service.Database;
using RunLedger.Service.Web;

namespace RunLedger.Service.Actions;

/// <summary>An action as clients read it: what an operator did, and what became of it.</summary>
sealed record OperatorAction
{
    public Guid Id { get; init; }
    public DateTime At { get; init; }

    [Description("The authenticated name; local where nobody has to say who he is; for a verb the login it ran under.")]
    public string Who { get; init; } = "";

    [Description(
        "close, resend, resend_group, discard, discard_group, acknowledge, note, expect, stop_expecting, put_rule, "
        + "delete_rule, put_channel, delete_channel, test_channel, retention_run, archive_restore, query: a statement, "
        + "save_query, delete_query, or ask: what an assistant asked.")]
    public string Action { get; init; } = "";

    [Description(
        "What it was done to: the id of a run or of a rejected row, a group's fingerprint, the name of an expectation, "
        + "a rule, a channel or a saved query, the tool that was asked, sql; all for everything.")]
    public string Subject { get; init; } = "";
    public string? Reason { get; init; }

    [Description("What else is to be known of it; null when nothing.")]
    public RawJson? Detail { get; init; }

    [Description("What became of it, in words; null while it goes on.")]
    public string? Outcome { get; init; }

    public static OperatorAction From(OperatorActionRow row) => new()
    {
        Id = row.Id,
        At = row.At,
        Who = row.Who,
        Action = row.Action,
        Subject = row.Subject,
        Reason = row.Reason,
        Detail = row.Detail is { } detail ? new RawJson(Encoding.UTF8.GetBytes(detail)) : null,
        Outcome = row.Outcome,
    };
}
