using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace RunLedger.Tests.Support;

/// <summary>The operators' page of an embedded ledger, as a browser without scripts uses it.</summary>
sealed partial class OperatorPage : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-10);

    OperatorPage(EmbeddedLedger ledger) => Ledger = ledger;

    public EmbeddedLedger Ledger { get; }

    /// <summary>The run that a test is about.</summary>
    public Guid Run { get; } = Guid.CreateVersion7();

    public static async Task<OperatorPage> Open() =>
        new(await EmbeddedLedger.Start("--Page:TraceUrl", "https://traces/{traceId}"));

    public ValueTask DisposeAsync() => Ledger.DisposeAsync();

    /// <summary>A run that failed in its second step, and one under it.</summary>
    /// <param name="text">Stands wherever text is shown.</param>
    public async Task Fill(string text = "kg")
    {
        var common = new Dictionary<string, object>
        {
            ["processRunId"] = Run,
            ["processCandidateCode"] = text,
            ["correlationId"] = text,
            ["sourceSystem"] = "dot_runtime",
        };
        Dictionary<string, object> Message(string type, double at, params (string, object)[] more) =>
            new(common.Concat(more.Select(one => KeyValuePair.Create(one.Item1, one.Item2))))
            {
                ["type"] = type,
                ["occurredAt"] = Start.AddSeconds(at),
            };
        var (load, check) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Observe(Message(
            "RunStarted",
            0,
            ("inputRef", text),
            ("evidenceRef", new { traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", text })));
        await Observe(Message("StepStarted", 1, ("componentRunId", load), ("dotCode", text)));
        await Observe(Message("StepCompleted", 60, ("componentRunId", load), ("dotCode", text)));
        await Observe(Message(
            "StepStarted",
            61,
            ("componentRunId", check),
            ("dotCode", text == "kg" ? "dot_kg_check" : text),
            ("componentRole", "verifier")));
        await Observe(Message("StepFailed", 190, ("componentRunId", check), ("errorRef", text)));
        await Observe(Message("RunFailed", 192, ("errorRef", text)));
        await Observe(new
        {
            type = "RunStarted",
            processRunId = Guid.CreateVersion7(),
            parentRunId = Run,
            processCandidateCode = text,
            correlationId = text,
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });
    }

    /// <summary>Sends what is no observation.</summary>
    public async Task Reject(string text = "asleep")
    {
        using var answer = await Ledger.Client.PostAsJsonAsync(
            "/api/observations", new { type = "RunStarted", processRunId = text, processCandidateCode = text });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    public async Task Observe(object message)
    {
        using var answer = await Ledger.Client.PostAsJsonAsync("/api/observations", message);
        Assert.True((int)answer.StatusCode is >= 200 and < 300, await answer.Content.ReadAsStringAsync());
    }

    public async Task<(int Status, string Html)> Get(string address)
    {
        using var answer = await Ledger.Client.GetAsync(address);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a form of that page, and is led back.</summary>
    public async Task<string> Post(string action, string page, params (string Name, string Value)[] fields)
    {
        var token = WebUtility.HtmlDecode(Token().Match(page).Groups["token"].Value);
        using var answer = await Ledger.Client.PostAsync(action, new FormUrlEncodedContent(
            [
                new("__RequestVerificationToken", token),
                .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
            ]));
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Where the link with this relation leads.</summary>
    public static string Rel(string html, string rel) => WebUtility.HtmlDecode(
        Link().Matches(html)
            .Single(link => link.Value.Contains($"rel=\"{rel}\"", StringComparison.Ordinal)).Groups["to"].Value);

    [GeneratedRegex("<a [^>]*href=\"(?<to>[^\"]*)\"[^>]*>")]
    public static partial Regex Link();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]*)\"")]
    private static partial Regex Token();
}
