using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>What a tool says: an answer, or why there is none and what to do.</summary>
readonly record struct ToolAnswer<T>(T? Value, string? Fault)
    where T : class
{
    public static implicit operator ToolAnswer<T>(T value) => new(value, null);

    public static ToolAnswer<T> Refused(string fault) => new(null, fault);

    /// <param name="text">With something in it that is wrong.</param>
    public static ToolAnswer<T> Refused(QueryReader text) => Refused(text.Problem!.ProblemDetails.Detail!);
}
