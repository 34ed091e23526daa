using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;
using RunLedger.Service.Database;

namespace RunLedger.Service.Web;

/// <summary>Answers that look the same whatever they are about.</summary>
static class Answers
{
    public static PageAnswer<TAnswer> From<TRow, TAnswer>(
        Page<TRow> page, PageRequest request, Func<TRow, TAnswer> answer) =>
        new()
        {
            Items = page.Items.Select(answer).ToList(),
            NextCursor = page.Next is { } next ? Cursor.Write(next, request.List) : null,
            PrevCursor = page.Previous is { } previous ? Cursor.Write(previous, request.List) : null,
            SearchedNewest = page.SearchedNewest,
        };

    public static JsonHttpResult<PageAnswer<TAnswer>> Paged<TRow, TAnswer>(
        Page<TRow> page, PageRequest request, Func<TRow, TAnswer> answer, JsonTypeInfo<PageAnswer<TAnswer>> json) =>
        TypedResults.Json(From(page, request, answer), json);

    public static ProblemHttpResult Unknown(string what, string id) => TypedResults.Problem(
        $"The ledger has no {what} {id}.", statusCode: StatusCodes.Status404NotFound, title: "Not found.");

    /// <summary>Describes a route that answers so, or names every parameter that cannot be read.</summary>
    public static RouteHandlerBuilder Describes<T>(this RouteHandlerBuilder route) =>
        route.Produces<T>().ProducesValidationProblem();
}
