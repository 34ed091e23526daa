using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// What an observation says beside where a run stands. A part of it that no table can hold, or that says nothing, is
/// mended or dropped, and named.
/// </summary>
static class OptionalMembers
{
    const int QuotedAtMost = 40;

    /// <summary>The same message where nothing is wrong with it.</summary>
    public static RunObservation Mend(RunObservation message, ref List<string>? dropped)
    {
        var step = message as StepObservation;
        var parent = Id(message.ParentRunId, "parentRunId", ref dropped);
        var key = Code(message.IdempotencyKey, "idempotencyKey", ref dropped);
        var input = Text(message.InputRef, "inputRef", ref dropped);
        var output = Text(message.OutputRef, "outputRef", ref dropped);
        var error = Text(message.ErrorRef, "errorRef", ref dropped);
        var attempt = Attempt(message.Attempt, ref dropped);
        var job = Id(step?.QueueJobId, "queueJobId", ref dropped);
        var dot = Code(step?.DotCode, "dotCode", ref dropped);
        var cause = Code(step?.EventCode, "eventCode", ref dropped);
        var role = Role(step?.ComponentRole, ref dropped);
        if (dropped is null)
            return message;
        var mended = message with
        {
            ParentRunId = parent,
            IdempotencyKey = key,
            InputRef = input,
            OutputRef = output,
            ErrorRef = error,
            Attempt = attempt,
        };
        return mended is StepObservation one
            ? one with { QueueJobId = job, DotCode = dot, EventCode = cause, ComponentRole = role }
            : mended;
    }

    /// <summary>What a value is quoted with, so that its sender recognizes it.</summary>
    public static string Quote(string value) =>
        value.Length > QuotedAtMost ? StorableText.Mend(value[..QuotedAtMost]) + "…" : StorableText.Mend(value);

    static Guid? Id(Guid? id, string member, ref List<string>? dropped)
    {
        if (id != Guid.Empty)
            return id;
        (dropped ??= []).Add($"{member} is the empty GUID: send a real one");
        return null;
    }

    static int? Attempt(int? attempt, ref List<string>? dropped)
    {
        if (attempt is null or > 0)
            return attempt;
        (dropped ??= []).Add($"attempt is {attempt}: send a whole number from 1, or leave it out");
        return null;
    }

    static string? Role(string? role, ref List<string>? dropped)
    {
        if (role is null || ComponentRoles.All.Contains(role))
            return role;
        (dropped ??= []).Add(
            $"componentRole '{Quote(role)}' is not known: send one of {string.Join(", ", ComponentRoles.All)}");
        return null;
    }

    static string? Code(string? code, string member, ref List<string>? dropped)
    {
        if (code is null || !string.IsNullOrWhiteSpace(code))
            return Text(code, member, ref dropped);
        (dropped ??= []).Add($"{member} is empty: leave it out or fill it in");
        return null;
    }

    static string? Text(string? text, string member, ref List<string>? dropped)
    {
        if (text is null || CanonicalJson.FaultOf(text) is null)
            return text;
        (dropped ??= []).Add($"{member}: {StorableText.Mended}");
        return StorableText.Mend(text);
    }
}
