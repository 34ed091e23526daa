using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RunLedger.Service.Security;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Security;

/// <summary>A person at a browser, with a key.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;
    Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Observer, TestKey.Reader, TestKey.Operator));
        _browser = new Browser(_ledger);
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task Who_asks_for_a_page_is_led_over_the_login_to_it()
    {
        using var first = await _browser.Get("/api/runs?limit=1");
        Assert.Equal(
            (HttpStatusCode.Found, "/login?returnUrl=%2Fapi%2Fruns%3Flimit%3D1"),
            (first.StatusCode, first.Headers.Location?.ToString()));
        Assert.Contains(
            "value=\"/api/runs?limit=1\"",
            await (await _browser.Get(first.Headers.Location!.ToString())).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);

        using var signedIn = await _browser.SignIn(TestKey.Reader, "/api/runs?limit=1");

        Assert.Equal(
            (HttpStatusCode.Found, "/api/runs?limit=1"), (signedIn.StatusCode, signedIn.Headers.Location?.ToString()));
        Assert.True(_browser.Login!.HttpOnly);
        Assert.Contains(
            "samesite=lax",
            signedIn.Headers.GetValues("Set-Cookie")
                .First(cookie => cookie.StartsWith("run-ledger=", StringComparison.Ordinal)),
            StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await _browser.Get("/api/runs?limit=1")).StatusCode);
    }

    [Fact]
    public async Task Who_signs_out_is_out()
    {
        await _browser.SignIn(TestKey.Reader);
        Assert.Contains(
            "key:reader", await (await _browser.Get("/login")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var answer = await _browser.Post("/logout", []);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Null(_browser.Login);
        Assert.Equal(HttpStatusCode.Found, (await _browser.Get("/api/runs")).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("~/x")]
    public async Task The_login_leads_to_nobody_else(string returnUrl)
    {
        using var answer = await _browser.SignIn(TestKey.Reader, returnUrl);

        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/runs?candidate=Käse", "/runs?candidate=K%C3%A4se")]
    [InlineData("/runs?candidate=K%C3%A4se", "/runs?candidate=K%C3%A4se")]
    [InlineData("/東京/🚀", "/%E6%9D%B1%E4%BA%AC/%F0%9F%9A%80")]
    [InlineData("/runs?q=two words", "/runs?q=two%20words")]
    [InlineData("/a\u007fb\u0085c", "/")]
    [InlineData("/runs?q=1\r\nSet-Cookie: x=y", "/")]
    [InlineData("/\u2028evil.example", "/%E2%80%A8evil.example")]
    [InlineData("//évil.example/", "/")]
    public async Task The_login_leads_back_to_an_address_in_any_script(string returnUrl, string expected)
    {
        using var answer = await _browser.SignIn(TestKey.Reader, returnUrl);
        using var asked = await _browser.Get($"/login?returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.Equal(
            (HttpStatusCode.Found, expected), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Contains(
            $"value=\"{WebUtility.HtmlEncode(expected)}\"",
            await asked.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/logout")]
    public async Task A_form_without_its_token_does_nothing(string route)
    {
        await _browser.SignIn(TestKey.Reader);
        var before = _browser.Login!.Value;

        using var answer = await _browser.Post(route, new() { ["key"] = TestKey.Operator.Text }, token: false);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(before, _browser.Login?.Value);
    }

    [Fact]
    public async Task A_form_with_the_token_of_another_browser_does_nothing()
    {
        using var other = new Browser(_ledger);
        var token = await other.Token();
        await _browser.Token();

        using var answer = await _browser.Post(
            "/login", new() { ["key"] = TestKey.Reader.Text, ["__RequestVerificationToken"] = token }, token: false);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Null(_browser.Login);
    }

    [Theory]
    [InlineData(null, null, 400)]
    [InlineData(null, "https://evil.example", 403)]
    [InlineData("token", "https://evil.example", 403)]
    [InlineData("token", null, 202)]
    public async Task A_change_by_cookie_needs_the_token_and_comes_from_here(
        string? token, string? origin, int expected)
    {
        await _browser.SignIn(TestKey.Operator);
        var run = await Observed();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/runs/{run}/close")
        {
            Content = new StringContent(
                """{"status":"cancelled","reason":"r","by":"b"}""", Encoding.UTF8, "application/json"),
        };
        if (token is not null)
            request.Headers.Add("RequestVerificationToken", await _browser.Token());
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        using var answer = await _browser.Send(request);

        Assert.True(expected == (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            [expected == 202 ? "cancelled" : "started"], _ledger.List("select status from process_run_observation"));
    }

    [Theory]
    [InlineData("same-site", "cors", "empty", true, 403)]
    [InlineData("cross-site", "no-cors", "image", true, 403)]
    [InlineData("cross-site", "navigate", "document", true, 200)]
    [InlineData("same-origin", "cors", "empty", true, 200)]
    [InlineData("cross-site", "cors", "empty", false, 200)]
    public async Task A_page_of_another_site_reads_nothing_by_cookie_and_a_key_is_nobody_s_page(
        string site, string mode, string destination, bool cookie, int expected)
    {
        await _browser.SignIn(TestKey.Reader);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-Mode", mode);
        request.Headers.Add("Sec-Fetch-Dest", destination);
        if (!cookie)
            request.Headers.Add("X-Api-Key", TestKey.Reader.Text);

        using var answer = await _browser.Send(request);

        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_change_that_is_sent_again_changes_nothing_more()
    {
        var run = await Observed();

        var first = await Close(run);
        var again = await Close(run);

        Assert.Equal((202, 409), (first, again));
    }

    [Fact]
    public async Task A_forged_cookie_is_nobody_s()
    {
        await _browser.SignIn(TestKey.Reader);
        var real = _browser.Login!.Value;
        var other = real[^20] == 'A' ? 'B' : 'A';

        foreach (var forged in (string[])["", "x", $"{real[..^20]}{other}{real[^19..]}",
            real[..^4], new('A', real.Length)])
            Assert.Equal(401, await AskWith(_ledger, forged));
        Assert.Equal(200, await AskWith(_ledger, real));
    }

    [Fact]
    public async Task A_cookie_is_over_when_its_time_is()
    {
        var cookies = _ledger.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
            .Get(Schemes.Cookie);
        var holder = _ledger.Services.GetRequiredService<ApiKeys>().Find(TestKey.Reader.Text)!;
        var now = TimeProvider.System.GetUtcNow();

        string Sealed(DateTimeOffset until) => cookies.TicketDataFormat.Protect(new(
            holder.Principal(Schemes.Cookie),
            new() { IssuedUtc = now.AddDays(-1), ExpiresUtc = until },
            Schemes.Cookie));

        Assert.Equal(200, await AskWith(_ledger, Sealed(now.AddHours(1))));
        Assert.Equal(401, await AskWith(_ledger, Sealed(now.AddSeconds(-1))));
    }

    [Fact]
    public async Task Replicas_with_one_key_ring_know_each_other_s_logins_and_a_removed_key_ends_them()
    {
        var ring = Directory.CreateTempSubdirectory("run-ledger-ring-");
        try
        {
            string[] shared = ["--Security:KeyRing", Path.Combine(ring.FullName, "keys")];
            await using var one = await EmbeddedLedger.Start(
                [.. TestKey.Settings(TestKey.Reader, TestKey.Operator), .. shared]);
            await using var two = await EmbeddedLedger.Start(
                [.. TestKey.Settings(TestKey.Reader, TestKey.Operator), .. shared]);
            await using var without = await EmbeddedLedger.Start([.. TestKey.Settings(TestKey.Operator), .. shared]);
            using var browser = new Browser(one);
            await browser.SignIn(TestKey.Reader);
            var cookie = browser.Login!.Value;

            Assert.Equal(200, await AskWith(two, cookie));
            Assert.Equal(401, await AskWith(without, cookie));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(shared[1]));
        }
        finally
        {
            ring.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_cookie_does_not_help_a_wrong_key()
    {
        await _browser.SignIn(TestKey.Operator);
        using var request =
            new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { { "X-Api-Key", "rl_wrong" } } };

        using var answer = await _browser.Send(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_login_without_the_scope_is_shown_who_it_is()
    {
        await _browser.SignIn(TestKey.Observer);

        using var answer = await _browser.Get("/api/runs");
        var page = await (await _browser.Get(answer.Headers.Location!.ToString())).Content.ReadAsStringAsync();

        Assert.Contains("You are key:observer, with the scope observe.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_ten_wrong_keys_a_minute_the_login_says_when_to_come_back()
    {
        var token = await _browser.Token();
        for (var n = 0; n < 10; n++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await Wrong()).StatusCode);

        using var answer = await Wrong();

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);

        Task<HttpResponseMessage> Wrong() => _browser.Post(
            "/login", new() { ["key"] = ApiKeys.Create(), ["__RequestVerificationToken"] = token }, token: false);
    }

    [Fact]
    public async Task A_login_of_megabytes_is_not_read()
    {
        using var answer = await _browser.Post("/login", new() { ["key"] = new string('x', 1_000_000) });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    async Task<Guid> Observed()
    {
        var run = Guid.CreateVersion7();
        using var content = new StringContent(Started(run).ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/observations") { Content = content };
        request.Headers.Add("X-Api-Key", TestKey.Observer.Text);
        using var answer = await _ledger.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return run;
    }

    async Task<int> Close(Guid run)
    {
        using var content = new StringContent(
            JsonSerializer.Serialize(new { status = "cancelled", reason = "r", by = "b" }),
            Encoding.UTF8,
            "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/runs/{run}/close") { Content = content };
        request.Headers.Add("X-Api-Key", TestKey.Operator.Text);
        using var answer = await _ledger.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    static async Task<int> AskWith(EmbeddedLedger ledger, string cookie)
    {
        using var client =
            new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = ledger.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.TryAddWithoutValidation("Cookie", $"run-ledger={cookie}");
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
