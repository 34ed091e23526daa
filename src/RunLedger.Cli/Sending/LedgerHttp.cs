using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace RunLedger.Cli.Sending;

/// <summary>A ledger's HTTP interface. What keeps it from answering is said in one line.</summary>
/// <param name="address">The ledger's.</param>
/// <param name="time">Measures the waiting.</param>
/// <param name="patience">
/// How long a ledger that is busy, or restarts in the middle of many requests, is waited for.
/// </param>
sealed class LedgerHttp(LedgerAddress address, TimeProvider time, TimeSpan patience = default) : IDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly HttpClient _client = new LedgerClients(address).CreateClient();
    bool _answered;

    public string Shown => address.Shown;

    /// <param name="route">Without a slash in front.</param>
    /// <param name="json">The body.</param>
    /// <param name="waiting">Told why it is waited for.</param>
    /// <returns>Null when it is more than the ledger takes at once.</returns>
    /// <exception cref="CliException">It is not known to be durable.</exception>
    public async Task<IntakeAnswer?> Post(
        string route,
        ReadOnlyMemory<byte> json,
        Action<string>? waiting = null,
        CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var (why, after) = ("", Pause);
            try
            {
                using var content = new ReadOnlyMemoryContent(json)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
                };
                using var answer = await _client.PostAsync(route, content, cancellationToken);
                _answered = true;
                if (answer.StatusCode is HttpStatusCode.RequestEntityTooLarge)
                    return null;
                var body = await Body(answer, cancellationToken);
                // One that refuses all it was sent has set them aside, and says so as a problem.
                if (answer.StatusCode is HttpStatusCode.Accepted
                    || (answer.StatusCode is HttpStatusCode.BadRequest && Has(body, "rejected")))
                    return IntakeAnswer.Of(body);
                why = $"{address.Shown} takes no observations: {Problem(answer, body)}";
                if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                    throw new CliException(why);
                after = Asked(answer.Headers.RetryAfter);
            }
            catch (Exception e) when (IsAbsence(e, cancellationToken))
            {
                why = Absent(e);
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
    public async Task<JsonElement> Get(string route, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(route, cancellationToken);
            var json = await Body(answer, cancellationToken);
            if (answer.IsSuccessStatusCode && json.ValueKind is JsonValueKind.Object)
                return json;
            var no = answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest
                && json.ValueKind is JsonValueKind.Object;
            throw new CliException(
                no ? Detail(json) : $"{address.Shown} cannot answer: {Problem(answer, json)}",
                no ? Exit.No : Exit.NotUsable);
        }
        catch (Exception e) when (IsAbsence(e, cancellationToken))
        {
            throw new CliException(Absent(e));
        }
    }

    /// <summary>The items of a list, page after page.</summary>
    /// <param name="route">Without limit and cursor.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<List<JsonElement>> List(string route, int most, CancellationToken cancellationToken)
    {
        const int page = 500;
        List<JsonElement> items = [];
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var answer = await Get(
                $"{route}{(route.Contains('?') ? '&' : '?')}limit={Math.Min(page, most - items.Count)}{next}",
                cancellationToken);
            items.AddRange(answer.GetProperty("items").EnumerateArray());
            cursor = answer.Text("nextCursor");
        }
        while (cursor is not null && items.Count < most);
        return items;
    }

    public void Dispose() => _client.Dispose();

    static bool IsAbsence(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException or OperationCanceledException
        && !cancellationToken.IsCancellationRequested;

    string Absent(Exception e) =>
        $"No ledger answers at {address.Shown}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Start one, "
        + "or name another with --url.";

    TimeSpan Asked(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta ?? (retryAfter?.Date - time.GetUtcNow() is { Ticks: > 0 } wait ? wait : Pause);

    static async Task<JsonElement> Body(HttpResponseMessage answer, CancellationToken cancellationToken)
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

    /// <summary>What a ledger says of it, with every field it could not read; what is none may say anything.</summary>
    static string Detail(JsonElement json)
    {
        if (Has(json, "errors") && json.GetProperty("errors") is { ValueKind: JsonValueKind.Object } errors)
            return string.Join(' ', errors.EnumerateObject()
                .SelectMany(field => field.Value.EnumerateArray())
                .Select(one => one.GetString()));
        return Has(json, "detail") ? json.GetProperty("detail").ToString().ReplaceLineEndings(" ") : "";
    }

    static bool Has(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out _);
}
