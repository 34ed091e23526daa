using System.Security.Cryptography;
using System.Text.RegularExpressions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>Every page, whole, as a browser gets it.</summary>
public sealed partial class ApprovedPageTests(FilledLedger ledger) : IClassFixture<FilledLedger>
{
    const string Candidate = "PROC-CAND:dot:kg";
    const string Failed = "01900000-0000-7000-8000-000000000001";
    const string Stuck = "01900000-0000-7000-8000-000000000003";
    const string Unknown = "01900000-0000-7000-8000-000000000099";

    [Theory]
    [InlineData("overview", "/")]
    [InlineData("runs", "/runs")]
    [InlineData("runs-filtered", $"/runs?status=completed,failed&candidate={Candidate}&since=2026-11-01&q=kg")]
    [InlineData("runs-turned", "/runs?limit=2")]
    [InlineData("runs-faults", "/runs?status=asleep&since=soon")]
    [InlineData("run-failed", $"/runs/{Failed}")]
    [InlineData("run-stuck", $"/runs/{Stuck}")]
    [InlineData("run-unknown", $"/runs/{Unknown}")]
    [InlineData("candidates", "/candidates")]
    [InlineData("candidates-none", "/candidates?pattern=nothing&source=dry_run")]
    [InlineData("candidates-faults", "/candidates?source=cron&cursor=x")]
    [InlineData("candidate", $"/candidates/{Candidate}")]
    [InlineData("candidate-unknown", "/candidates/no%2Fsuch%20%3Ccandidate%3E")]
    [InlineData("expected", "/expected")]
    [InlineData("failures", "/failures?days=7")]
    [InlineData("incidents", "/incidents")]
    [InlineData("grid", $"/grid?candidate={Candidate}")]
    [InlineData("grid-unasked", "/grid")]
    [InlineData("dossier", $"/candidates/{Candidate}/dossier")]
    [InlineData("dossier-none", "/candidates/PROC-CAND:none/dossier")]
    [InlineData("query", "/query")]
    [InlineData("rejected", "/rejected")]
    [InlineData("rejected-discarded", "/rejected?state=discarded&said=discarded")]
    [InlineData("settings", "/settings")]
    [InlineData("no-page", "/no-such-page")]
    public async Task A_page_is_as_approved(string name, string address) =>
        Approved.Is($"{name}.html", await Answer(ledger.Client, address));

    [Fact]
    public async Task A_group_of_what_was_rejected_is_as_approved()
    {
        var all = await Answer(ledger.Client, "/rejected");

        Approved.Is("rejected-group.html", await Answer(ledger.Client, Group().Match(all).Value));
    }

    [Fact]
    public async Task The_login_is_as_approved()
    {
        await using var closed = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Reader));

        Approved.Is("login.html", await Answer(closed.Client, "/login?returnUrl=/runs"));
    }

    [Fact]
    public async Task The_files_of_the_page_are_as_approved()
    {
        var lines = new List<string>();
        foreach (var file in (string[])["/page.css", "/page.js", "/login.css"])
        {
            using var answer = await ledger.Client.GetAsync(file);
            var hash = SHA256.HashData(await answer.Content.ReadAsByteArrayAsync());
            var type = answer.Content.Headers.ContentType;
            lines.Add($"{file} {(int)answer.StatusCode} {type} {Convert.ToHexStringLower(hash)}");
        }

        Approved.Is("files.txt", string.Join('\n', lines));
    }

    static async Task<string> Answer(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address);
        var body = await answer.Content.ReadAsStringAsync();
        // A line for each element: where one differs, its line says which.
        var lines = Masked(body).Replace("><", ">\n<", StringComparison.Ordinal);
        return $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType}\n{lines}";
    }

    /// <summary>All that is of this machine, this process or this build.</summary>
    static string Masked(string html) => Varying().Replace(html, "{masked}");

    [GeneratedRegex("""
        (?<=name="__RequestVerificationToken"\ value=")[^"]*       # the token of a form
        | (?<=<th\ scope="row">)[^<>/]+/[0-9]+(?=</th>)            # a replica: machine and process
        | (?<=alive,\ seen\ <time[^>]*>[^<]*</time>,\ )[^<]*       # its version
        | (?<=<dt>(RunLedger|\.NET)</dt><dd>)[^<]*                 # the versions of the settings
        | (?<=SQLite,\ )[^<]*                                      # the embedded ledger's file
        | (?<="traceId":")[^"]*                                    # the trace of a problem
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Varying();

    [GeneratedRegex("/rejected\\?group=[^\"]*")]
    private static partial Regex Group();
}
