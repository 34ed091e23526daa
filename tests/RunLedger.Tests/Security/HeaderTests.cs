using System.Net;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Security;

/// <summary>What every answer tells a browser.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/login", 200)]
    [InlineData("/login.css", 200)]
    [InlineData("/api/runs", 401)]
    [InlineData("/api/runs?limit=x", 401)]
    [InlineData("/nowhere", 401)]
    public async Task An_answer_has_the_headers_whatever_it_is(string route, int expected)
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Reader));

        using var answer = await ledger.Client.GetAsync(route);

        Assert.Equal(expected, (int)answer.StatusCode);
        AssertHeaders(answer);
    }

    [Theory]
    [InlineData("/api/runs", 200)]
    [InlineData("/api/runs?limit=x", 400)]
    [InlineData("/nowhere", 404)]
    public async Task Also_without_keys(string route, int expected)
    {
        await using var ledger = await EmbeddedLedger.Start();

        using var answer = await ledger.Client.GetAsync(route);

        Assert.Equal(expected, (int)answer.StatusCode);
        AssertHeaders(answer);
    }

    [Fact]
    public async Task The_login_page_has_no_script_and_no_style_of_its_own()
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Reader));

        var page = await ledger.Client.GetStringAsync("/login?returnUrl=/%22%3E%3Cscript%3E");

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData(null, false)]
    public async Task A_proxy_is_believed_when_it_is_named(string? proxy, bool believed)
    {
        await using var ledger = await EmbeddedLedger.Start(
            [.. TestKey.Settings(TestKey.Reader), .. proxy is null ? (string[])[] : ["--Security:Proxies:0", proxy]]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "ledger.example.com");

        using var answer = await ledger.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        // Only an answer over TLS has it.
        Assert.Equal(believed, answer.Headers.Contains("Strict-Transport-Security"));
    }

    static void AssertHeaders(HttpResponseMessage answer)
    {
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy")).Split("; ");
        Assert.Contains("default-src 'self'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.Contains("object-src 'none'", policy);
        Assert.DoesNotContain(policy, directive => directive.Contains("unsafe", StringComparison.Ordinal));
        foreach (var (name, value) in ((string, string)[])[
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin")])
            Assert.Equal(value, Assert.Single(answer.Headers.GetValues(name)));
        // What has a tag may be kept by the browser that asked, which asks again before it shows it.
        Assert.Equal(
            (answer.Headers.ETag is null, answer.Headers.ETag is not null),
            (answer.Headers.CacheControl?.NoStore, answer.Headers.CacheControl?.Private));
        Assert.False(answer.Headers.Contains("Server"));
    }
}
