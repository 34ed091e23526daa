using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace RunLedger.Cli.Sending;

/// <summary>A ledger's HTTP interface. What keeps it from answering is said in one line.</summary>
sealed class LedgerHttp(LedgerAddress address) : IDisposable
{
    // Longer than the ledger keeps a sender waiting before its 503.
    readonly HttpClient _client = new() { BaseAddress = address.Uri, Timeout = TimeSpan.FromSeconds(60) };

    /// <param name="route">Without a slash in front.</param>
    /// <param name="ndjson">The body: a JSON value on each line.</param>
    /// <exception cref="CliException">It is not known to be durable.</exception>
    public async Task<IntakeAnswer> PostAsync(string route, string ndjson, CancellationToken cancellationToken)
    {
        using var content = new StringContent(ndjson, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        using var answer = await Ask(() => _client.PostAsync(route, content, cancellationToken), cancellationToken);
        var json = await Body(answer, cancellationToken);
        // One that refuses all it was sent has set them aside, and says so as a problem.
        if (answer.StatusCode is HttpStatusCode.Accepted || (answer.StatusCode is HttpStatusCode.BadRequest && Has(json, "rejected")))
            return IntakeAnswer.Of(json);
        throw new CliException($"{address.Shown} takes no observations: {Problem(answer, json)}");
    }

    /// <exception cref="CliException">There is no such thing, or no ledger.</exception>
    public async Task<JsonElement> GetAsync(string route, CancellationToken cancellationToken)
    {
        using var answer = await Ask(() => _client.GetAsync(route, cancellationToken), cancellationToken);
        var json = await Body(answer, cancellationToken);
        if (answer.IsSuccessStatusCode && json.ValueKind is JsonValueKind.Object)
            return json;
        var no = answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest && json.ValueKind is JsonValueKind.Object;
        throw new CliException(no ? Detail(json) : $"{address.Shown} cannot answer: {Problem(answer, json)}", no ? Exit.No : Exit.NotUsable);
    }

    public void Dispose() => _client.Dispose();

    async Task<HttpResponseMessage> Ask(Func<Task<HttpResponseMessage>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException(
                $"No ledger answers at {address.Shown}: {e.Message.ReplaceLineEndings(" ")} Start one, or name another with --url.");
        }
    }

    static async Task<JsonElement> Body(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                await answer.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return default;
        }
    }

    static string Problem(HttpResponseMessage answer, JsonElement json) => $"{(int)answer.StatusCode} {answer.ReasonPhrase}. {Detail(json)}".TrimEnd();

    /// <summary>What a ledger says of it, with every field it could not read; what is none may say anything.</summary>
    static string Detail(JsonElement json)
    {
        if (Has(json, "errors") && json.GetProperty("errors") is { ValueKind: JsonValueKind.Object } errors)
            return string.Join(' ', errors.EnumerateObject().SelectMany(field => field.Value.EnumerateArray()).Select(one => one.GetString()));
        return Has(json, "detail") ? json.GetProperty("detail").ToString().ReplaceLineEndings(" ") : "";
    }

    static bool Has(JsonElement json, string name) => json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out _);
}
