using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Signing;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Dossier;

/// <summary>The dossier over HTTP, and on its page, with what people get wrong.</summary>
public sealed class DossierRouteTests : IAsyncLifetime
{
    const string Route = "/api/candidates/PROC-CAND:a/dossier";

    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-dossier").FullName;
    readonly FakeTimeProvider _time = new(Some.Noon.AddHours(1));
    readonly SigningKey _key = SigningKey.Create();
    EmbeddedLedger _ledger = null!;

    string KeyFile => Path.Combine(_folder, "signing.key");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(KeyFile, _key.Export());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _ledger = await EmbeddedLedger.Start(_time, "--Dossier:SigningKey", KeyFile);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_answer_is_signed_and_the_same_for_one_time()
    {
        await Ran("PROC-CAND:a");

        var first = await _ledger.Client.GetByteArrayAsync($"{Route}?asOf=2026-11-01T12:30:00Z");
        _time.Advance(TimeSpan.FromHours(5));
        var again = await _ledger.Client.GetByteArrayAsync(
            "/api/candidates/PROC-CAND%3Aa/dossier?asOf=2026-11-01T13:30:00%2B01:00");

        Assert.Equal(first, again);
        Assert.Null(SignedDocument.Verify(first, _key.Public).Fault);
        var keys = await _ledger.Client.GetStringAsync("/api/dossier/keys");
        Assert.Equal(_key.Public.Id, VerifyingKey.TryRead(keys)!.Id);
    }

    [Fact]
    public async Task Without_a_key_it_says_that_nobody_signed_it()
    {
        await using var unsigned = await EmbeddedLedger.Start(_time);
        await Ran("PROC-CAND:a", unsigned);

        var answer = await unsigned.Client.GetFromJsonAsync<JsonElement>(Route);
        var page = await unsigned.Client.GetStringAsync("/candidates/PROC-CAND:a/dossier");

        Assert.Equal(JsonValueKind.Null, answer.GetProperty("jws").ValueKind);
        Assert.StartsWith("Nobody signed this", answer.GetProperty("unsigned").GetString(), StringComparison.Ordinal);
        Assert.Contains("Nobody signs for this ledger", page, StringComparison.Ordinal);
        Assert.Equal("""{"keys":[]}""", await unsigned.Client.GetStringAsync("/api/dossier/keys"));
    }

    [Theory]
    [InlineData("/api/candidates/PROC-CAND:b/dossier", 404, "The ledger has no run of PROC-CAND:b that has begun.")]
    [InlineData($"{Route}?asOf=yesterday", 400, "'yesterday' is not an ISO 8601 time")]
    [InlineData($"{Route}?asOf=2026-11-01T14:00:00Z", 400, "is ahead of the ledger's clock")]
    [InlineData($"{Route}?asOf=2026-11-01", 404, "the first one began at 2026-11-01T12:00:00.000000Z")]
    [InlineData("/api/candidates/a%00b/dossier", 400, "NUL")]
    public async Task What_cannot_be_answered_is_said_in_words_here_and_on_the_page(
        string route, int status, string words)
    {
        await Ran("PROC-CAND:a");

        using var answer = await _ledger.Client.GetAsync(route);
        using var page = await _ledger.Client.GetAsync(route["/api".Length..]);

        Assert.Equal(status, (int)answer.StatusCode);
        if (words == "NUL")
            return;
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(words, Detail(await answer.Content.ReadFromJsonAsync<JsonElement>()), StringComparison.Ordinal);
        Assert.Equal(status, (int)page.StatusCode);
        Assert.Contains(
            words, WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_with_markup_a_colon_and_a_slash_is_a_code_like_any()
    {
        const string code = "<script>alert(1)</script>/PROC:ü?#";
        await Ran(code);

        var escaped = Uri.EscapeDataString(code);
        var answer = await _ledger.Client.GetFromJsonAsync<JsonElement>($"/api/candidates/{escaped}/dossier");
        var page = await _ledger.Client.GetStringAsync($"/candidates/{escaped}/dossier");

        Assert.Equal(code, answer.GetProperty("document").GetProperty("candidate").GetString());
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode("<script>alert(1)"), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_a_newer_ledger_wrote_is_no_run_to_leave_out()
    {
        await Ran("PROC-CAND:a");
        _ledger.List("update process_run_observation set fold = x'63'");

        using var answer = await _ledger.Client.GetAsync(Route);
        using var page = await _ledger.Client.GetAsync(Route["/api".Length..]);

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable),
            (answer.StatusCode, page.StatusCode));
        Assert.Contains("upgrade it", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_in_it_or_on_its_page_says_yes_or_no()
    {
        await Ran("PROC-CAND:a");

        var answer = await _ledger.Client.GetFromJsonAsync<JsonElement>(Route);
        var page = WebUtility.HtmlDecode(await _ledger.Client.GetStringAsync("/candidates/PROC-CAND:a/dossier"));
        var document = JsonSerializer.Deserialize<JsonElement>(await _ledger.Client.GetStringAsync("/openapi/v1.json"));

        Assert.Empty(Flags(answer));
        var words = page.Split("<article")[1].Split("</article>")[0];
        foreach (var word in (string[])
        [
            "ready", "approve", "verdict", "recommend", "pass", "trustworthy", "qualif", "eligib", "accept", "promot",
            "sufficient", "adequate", "reliable", "healthy",
        ])
        {
            Assert.DoesNotContain(word, words, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(word, answer.GetRawText(), StringComparison.OrdinalIgnoreCase);
        }

        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.DoesNotContain(
            "boolean", schemas.GetProperty("DossierDocument").GetRawText(), StringComparison.Ordinal);

        static IEnumerable<JsonElement> Flags(JsonElement json) => json.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => [json],
            JsonValueKind.Object => json.EnumerateObject().SelectMany(member => Flags(member.Value)),
            JsonValueKind.Array => json.EnumerateArray().SelectMany(Flags),
            _ => [],
        };
    }

    [Theory]
    [InlineData(0, 1, "0", "0.975")]
    [InlineData(1, 1, "0.025", "1")]
    [InlineData(0, 4, "0", "0.602365")]
    [InlineData(4, 4, "0.397635", "1")]
    public async Task Of_a_few_runs_of_which_none_or_all_completed_the_bounds_are_those_of_the_tables(
        int completed, int of, string lower, string upper)
    {
        for (var run = 0; run < of; run++)
            await Ran("PROC-CAND:few", ended: run < completed ? "RunCompleted" : "RunFailed");

        var answer = await _ledger.Client.GetFromJsonAsync<JsonElement>("/api/candidates/PROC-CAND:few/dossier");

        var success = answer.GetProperty("document").GetProperty("observed").GetProperty("success");
        Assert.Equal(
            (lower, upper), (success.GetProperty("lower").GetRawText(), success.GetProperty("upper").GetRawText()));
    }

    [Fact]
    public async Task A_key_that_is_lost_or_open_to_others_or_none_stops_the_start_with_its_path()
    {
        if (OperatingSystem.IsWindows())
            return;
        var lost = await Refused(Path.Combine(_folder, "lost.key"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "rubbish.key"), "rubbish");
        File.SetUnixFileMode(Path.Combine(_folder, "rubbish.key"), UnixFileMode.UserRead);
        var rubbish = await Refused(Path.Combine(_folder, "rubbish.key"));
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var open = await Refused(KeyFile);

        Assert.Contains("lost.key is not there", lost, StringComparison.Ordinal);
        Assert.Contains("rubbish.key holds no Ed25519 private key", rubbish, StringComparison.Ordinal);
        Assert.Contains("signing.key may be read or written by others", open, StringComparison.Ordinal);

        static async Task<string> Refused(string path)
        {
            var fault = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
                () => EmbeddedLedger.Start("--Dossier:SigningKey", path));
            return fault.Message;
        }
    }

    async Task Ran(string candidate, EmbeddedLedger? ledger = null, string ended = "RunCompleted")
    {
        var run = Guid.CreateVersion7();
        foreach (var (type, minutes) in ((string, int)[])[("RunStarted", 0), (ended, 1)])
        {
            using var answer = await (ledger ?? _ledger).Client.PostAsJsonAsync("/api/observations", new
            {
                type,
                processRunId = run,
                processCandidateCode = candidate,
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = Some.Noon.AddMinutes(minutes),
            });
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    static string Detail(JsonElement problem) => problem.GetProperty("detail").GetString()!;
}
