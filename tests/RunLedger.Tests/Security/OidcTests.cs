using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using RunLedger.Service.Security;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Security;

/// <summary>Tokens and logins of an OpenID provider.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    TestProvider _provider = null!;
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await TestProvider.Start();
        _ledger = await EmbeddedLedger.Start(_provider.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData("staff", 200, 403, 403)]
    [InlineData("operators", 200, 403, 400)]
    [InlineData("services", 403, 400, 403)]
    [InlineData("others", 403, 403, 403)]
    public async Task A_token_may_what_its_groups_were_granted(string group, int read, int observe, int operate)
    {
        _provider.Groups = [group, "everybody"];
        var token = _provider.Token();

        Assert.Equal(
            (read, observe, operate),
            (await Ask(token), await Ask(token, HttpMethod.Post, "/api/observations"), await Ask(
                token, HttpMethod.Post, "/api/runs/x/close")));
    }

    [Fact]
    public async Task A_token_that_is_not_the_provider_s_for_this_service_now_is_nobody_s()
    {
        using var strange = RSA.Create(2048);
        var good = _provider.Token();
        var parts = good.Split('.');
        var raised = Base64UrlEncoder.Encode(
            Base64UrlEncoder.Decode(parts[1]).Replace("staff", "operators", StringComparison.Ordinal));
        var none = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        var hashed = $"{Base64UrlEncoder.Encode("""{"alg":"HS256","typ":"JWT","kid":"one"}""")}.{parts[1]}";
        using var keys = new HttpClient();
        var published = await keys.GetByteArrayAsync($"{_provider.Address}/keys");

        foreach (var (what, token) in (IEnumerable<(string, string)>)[
            ("another audience", _provider.Token("another-api")),
            ("a login's token", _provider.Token(TestProvider.ClientId)),
            ("another issuer", _provider.Token(issuer: "http://127.0.0.1:1")),
            ("another's key", _provider.Token(key: new RsaSecurityKey(strange) { KeyId = "one" })),
            ("expired", _provider.Token(age: TimeSpan.FromHours(1))),
            ("not yet", _provider.Token(age: TimeSpan.FromHours(-1))),
            ("changed", $"{parts[0]}.{raised}.{parts[2]}"),
            ("unsigned", $"{none}.{parts[1]}."),
            ("unsigned, with a signature", $"{none}.{parts[1]}.{parts[2]}"),
            (
                "signed with what is public",
                $"{hashed}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(published, Encoding.ASCII.GetBytes(hashed)))}"),
            ("cut", good[..^10]),
            ("nonsense", "x.y.z"),
        ])
            Assert.True(await Ask(token) == 401, what);
        Assert.Equal(200, await Ask(good));
    }

    [Fact]
    public async Task A_person_signs_in_at_the_provider_and_comes_back()
    {
        using var browser = new Browser(_ledger);
        Assert.Contains(
            "href=\"/login/oidc?returnUrl=%2Fapi%2Fruns\"",
            await (await browser.Get("/login?returnUrl=/api/runs")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);

        using var back = await browser.Get(await Callback(browser));

        Assert.Equal((HttpStatusCode.Found, "/api/runs"), (back.StatusCode, back.Headers.Location?.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/api/runs")).StatusCode);
        var login =
            _ledger.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(Schemes.Cookie)
                .TicketDataFormat.Unprotect(browser.Login!.Value)!;
        Assert.False(login.Properties.AllowRefresh);
        Assert.DoesNotContain(login.Principal.Claims, claim => claim.Value.Contains("staff", StringComparison.Ordinal));
        Assert.Contains(
            "You are oidc:anna (4711), with the scope read.",
            await (await browser.Get("/login")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_way_back_from_the_provider_counts_once_and_in_its_own_browser()
    {
        using var browser = new Browser(_ledger);
        using var other = new Browser(_ledger);
        var callback = await Callback(browser);

        using var stolen = await other.Get(callback);
        using var forged = await browser.Get(callback.Replace("state=", "state=x", StringComparison.Ordinal));
        using var good = await browser.Get(await Callback(browser));
        using var fresh = new Browser(_ledger);
        using var again = await fresh.Get(callback);

        Assert.Equal("/login?failed=true", stolen.Headers.Location?.ToString());
        Assert.Null(other.Login);
        Assert.Equal("/login?failed=true", forged.Headers.Location?.ToString());
        Assert.Equal("/api/runs", good.Headers.Location?.ToString());
        Assert.Equal("/login?failed=true", again.Headers.Location?.ToString());
        Assert.Contains(
            "The provider did not sign you in.",
            await (await other.Get("/login?failed=true")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_is_away_is_said()
    {
        await using var ledger = await EmbeddedLedger.Start(
            [.. _provider.Settings, "--Security:Oidc:Authority", "http://127.0.0.1:1"]);
        using var browser = new Browser(ledger);

        using var answer = await browser.Get("/login/oidc");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(
            "The OpenID provider does not answer.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Authorization = new("Bearer", _provider.Token());
        using var refused = await ledger.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_provider_says_of_a_failure_is_one_line_of_the_log(bool toTheLedger)
    {
        var words = "down\u001b[2J\r\nfail: a line of its own" + new string('x', 3_000);
        if (toTheLedger)
            _provider.TokenRefusal = words;
        else
            _provider.Refusal = words;
        using var logs = new ClientHost.Logs();
        _ledger.Services.GetRequiredService<ILoggerFactory>().AddProvider(logs);
        using var browser = new Browser(_ledger);

        using var back = await browser.Get(await Callback(browser));

        Assert.Equal("/login?failed=true", back.Headers.Location?.ToString());
        var line = Assert.Single(logs.Lines, line => line.Contains("down", StringComparison.Ordinal));
        Assert.StartsWith("A login at the OpenID provider failed: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
        Assert.InRange(line.Length, 1, 1_100);
    }

    /// <summary>To the provider and to the address it sends back to.</summary>
    static async Task<string> Callback(Browser browser)
    {
        using var there = await browser.Get("/login/oidc?returnUrl=%2Fapi%2Fruns");
        Assert.True(there.StatusCode == HttpStatusCode.Found, await there.Content.ReadAsStringAsync());
        Assert.Contains("code_challenge=", there.Headers.Location!.Query, StringComparison.Ordinal);
        using var provider = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await provider.GetAsync(there.Headers.Location);
        return answer.Headers.Location!.PathAndQuery;
    }

    async Task<int> Ask(string token, HttpMethod? method = null, string route = "/api/runs")
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, route);
        if (method == HttpMethod.Post)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await _ledger.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
