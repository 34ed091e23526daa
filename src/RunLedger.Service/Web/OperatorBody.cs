using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RunLedger.Service.Web;

/// <summary>Reads what an operator sends, and says what is wrong with it.</summary>
static class OperatorBody
{
    const int MostText = 2_000;

    /// <summary>An empty body is an object without members.</summary>
    public static async Task<(T? Body, ProblemHttpResult? Problem)> Read<T>(
        HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var bytes = new MemoryStream();
            await request.Body.CopyToAsync(bytes, cancellationToken);
            var json = bytes.Length == 0 ? "{}"u8 : bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
            if (JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web) is not { } body)
                return (null, Bad("The body is null: send a JSON object."));
            var sent = JsonSerializer.Deserialize<JsonElement>(json);
            return UnknownMembers.Fault(sent, typeof(T)) is { } unknown ? (null, Bad(unknown)) : (body, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, Bad("The body is no JSON object with the members this takes: see /openapi/v1.json."));
        }
    }

    /// <summary>Null where the text can be stored.</summary>
    public static ProblemHttpResult? Fault(string name, string? text, bool required) =>
        required && string.IsNullOrWhiteSpace(text) ? Bad($"{name} is missing.")
        : text?.Length > MostText ? Bad($"{name} has more than {MostText:N0} characters.")
        : text?.Contains('\0') is true ? Bad($"{name} holds a NUL character, which cannot be stored.")
        : null;

    public static ProblemHttpResult Bad(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest);
}
