using System.ComponentModel;

namespace RunLedger.Service.Query;

/// <summary>The answer of <c>GET /api/query/saved</c>.</summary>
sealed record SavedQueriesAnswer(IReadOnlyList<SavedQuery> Items);

/// <summary>The body of <c>PUT /api/query/saved/{name}</c>.</summary>
sealed record SavedQueryBody
{
    [Description("The statement, at most 20,000 characters. It is not looked at before somebody asks it.")]
    public string? Sql { get; init; }
}
