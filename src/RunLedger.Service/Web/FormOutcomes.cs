using Microsoft.AspNetCore.Http.HttpResults;

namespace RunLedger.Service.Web;

/// <summary>What the forms of every feature may lead to.</summary>
static class FormOutcomes
{
    public const string Reason = "reason";
    public const string Gone = "gone";

    public static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>The outcomes of a feature, and those of all.</summary>
    public static IReadOnlyDictionary<string, string> With(params (string Code, string Words)[] own) => own
        .Append((Reason, "Give a reason, of at most 2,000 characters."))
        .Append((Gone, "There is no such thing any more."))
        .ToDictionary(outcome => outcome.Item1, outcome => outcome.Item2);

    /// <summary>Back to a page, which says what became of it.</summary>
    public static RedirectHttpResult Back(string page, string code) =>
        TypedResults.LocalRedirect($"~{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}said={code}");
}
