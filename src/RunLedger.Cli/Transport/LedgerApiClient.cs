using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Client.Sending;

namespace RunLedger.Cli.Transport;

/// <summary>A ledger's HTTP API. An error is one line that says why there is no answer.</summary>
/// <param name="address">The ledger's address.</param>
/// <param name="time">The clock of retries.</param>
/// <param name="patience">
/// For how long a request is retried while the ledger is busy, or restarts after it has answered once.
/// </param>
sealed class LedgerApiClient(LedgerAddress address, TimeProvider time, TimeSpan patience = default) : IDisposable
{
    static readonly TimeSpan DefaultRetryDelay = TimeSpan.FromSeconds(1);

    readonly HttpClient _client = new LedgerHttpClientFactory(address).CreateClient();
    bool _answered;

    public string DisplayAddress => address.DisplayText;

    /// <param name="route">Without a slash in front.</param>
    /// <param name="json">The body.</param>
    /// <param name="waiting">Called before each retry with the reason.</param>
    /// <returns>Null when it is more than the ledger takes at once.</returns>
    /// <exception cref="CliException">It is not known to be durable.</exception>
    public async Task<IntakeResponse?> Post(
        string route,
        ReadOnlyMemory<byte> json,
        Action<string>? waiting = null,
        CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var (why, after) = ("", DefaultRetryDelay);
            try
            {
                using var content = new ReadOnlyMemoryContent(json)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/json") }
                };
                using var answer = await _client.PostAsync(route, content, cancellationToken);
                _answered = true;
                if (answer.StatusCode is HttpStatusCode.RequestEntityTooLarge)
                    return null;
                var body = await ReadJson(answer, cancellationToken);
                // 400 where every observation was rejected: the ledger keeps them, and sending them again changes
                // nothing.
                if (answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.BadRequest
                    && IntakeResponse.FromJson(body) is { } response)
                    return response;
                why = $"{address.DisplayText} takes no observations: {Problem(answer, body)}";
                if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                    throw new CliException(why);
                after = RetryDelay(answer.Headers.RetryAfter);
            }
            catch (Exception e) when (IsUnavailable(e, cancellationToken))
            {
                why = UnavailableMessage(e);
                if (!_answered)
                    throw new CliException(why);
            }

            if (time.GetElapsedTime(start) + after > patience)
                throw new CliException(why);
            waiting?.Invoke(why);
            await Task.Delay(after, time, cancellationToken);
        }
    }

    /// <exception cref="CliException">There is no such thing, or no ledger.</exception>
    public Task<JsonElement> Get(string route, CancellationToken cancellationToken) =>
        Ask(() => _client.GetAsync(route, cancellationToken), cancellationToken);

    /// <exception cref="CliException">It is refused, or there is no ledger.</exception>
    public Task<JsonElement> Put(string route, object body, CancellationToken cancellationToken) => Ask(
        () => _client.PutAsJsonAsync(route, body, JsonSerializerOptions.Web, cancellationToken), cancellationToken);

    /// <exception cref="CliException">It is refused, or there is no ledger.</exception>
    public Task<JsonElement> Post(string route, object body, CancellationToken cancellationToken) => Ask(
        () => _client.PostAsJsonAsync(route, body, JsonSerializerOptions.Web, cancellationToken), cancellationToken);

    /// <exception cref="CliException">There is no such thing, or no ledger.</exception>
    public Task<JsonElement> Act(string route, CancellationToken cancellationToken) => Ask(
        () => _client.PostAsync(route, null, cancellationToken), cancellationToken);

    /// <exception cref="CliException">There is no such thing, or no ledger.</exception>
    public Task Delete(string route, CancellationToken cancellationToken) =>
        Ask(() => _client.DeleteAsync(route, cancellationToken), cancellationToken);

    async Task<JsonElement> Ask(Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await send();
            var json = await ReadJson(answer, cancellationToken);
            if (answer.StatusCode is HttpStatusCode.NoContent
                || (answer.IsSuccessStatusCode && json.ValueKind is JsonValueKind.Object))
                return json;
            var answered = answer.StatusCode
                is HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.Conflict
                && json.ValueKind is JsonValueKind.Object;
            throw answered
                ? new CliException(Detail(json), ExitCodes.Failure)
                : new CliException($"{address.DisplayText} cannot answer: {Problem(answer, json)}");
        }
        catch (Exception e) when (IsUnavailable(e, cancellationToken))
        {
            throw new CliException(UnavailableMessage(e));
        }
    }

    /// <summary>The items of a list, page after page.</summary>
    /// <param name="route">Without limit and cursor.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <param name="page">How many the ledger gives at once.</param>
    public async Task<List<JsonElement>> List(
        string route, int limit, CancellationToken cancellationToken, int page = 500)
    {
        List<JsonElement> items = [];
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var answer = await Get(
                $"{route}{(route.Contains('?') ? '&' : '?')}limit={Math.Min(page, limit - items.Count)}{next}",
                cancellationToken);
            items.AddRange(answer.GetProperty("items").EnumerateArray());
            cursor = answer.Text("nextCursor");
        }
        while (cursor is not null && items.Count < limit);
        return items;
    }

    public void Dispose() => _client.Dispose();

    static bool IsUnavailable(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException or OperationCanceledException
        && !cancellationToken.IsCancellationRequested;

    string UnavailableMessage(Exception e) =>
        $"No ledger answers at {address.DisplayText}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Start one, "
        + "or name another with --url.";

    TimeSpan RetryDelay(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta ?? (retryAfter?.Date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : DefaultRetryDelay);

    static async Task<JsonElement> ReadJson(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            // A tree nests deeper than the 64 levels a document may have by default.
            using var document = await JsonDocument.ParseAsync(
                await answer.Content.ReadAsStreamAsync(cancellationToken),
                new() { MaxDepth = 1_000 },
                cancellationToken);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    static string Problem(HttpResponseMessage answer, JsonElement json) =>
        $"{(int)answer.StatusCode} {answer.ReasonPhrase}. {Detail(json)}".TrimEnd();

    /// <summary>The ledger's explanation, with every invalid field; empty where something else answered.</summary>
    static string Detail(JsonElement json)
    {
        if (json.Member("errors") is { ValueKind: JsonValueKind.Object } errors)
            return string.Join(' ', errors.EnumerateObject()
                .SelectMany(field => field.Value.EnumerateArray())
                .Select(one => one.GetString()));
        return json.Member("detail")?.ToString().ReplaceLineEndings(" ") ?? "";
    }
}
