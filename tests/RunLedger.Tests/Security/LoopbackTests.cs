using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using RunLedger.Service.Host;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Security;

/// <summary>Without a key: everything, for this machine alone.</summary>
public sealed class LoopbackTests
{
    [Theory]
    [InlineData("http://+:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("https://10.1.2.3:5080")]
    [InlineData("http://ledger.example.com:5080")]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://1:5080")]
    [InlineData("http://127.0.0.1:5080;http://0.0.0.0:5081")]
    public void It_does_not_start_where_others_could_reach_it(string urls)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => LedgerHost.Build(["--urls", urls]));

        Assert.Contains("No key is configured", refused.Message, StringComparison.Ordinal);
        Assert.Contains("key create --name NAME", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_URLS", refused.Message, StringComparison.Ordinal);
        Assert.Contains("container", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nor_does_it_at_an_endpoint_of_Kestrel_s_own_section()
    {
        var refused = Assert.Throws<OptionsValidationException>(
            () => LedgerHost.Build(["--Kestrel:Endpoints:Wide:Url", "http://0.0.0.0:5081"]));

        Assert.Contains(
            "Kestrel:Endpoints:Wide:Url says http://0.0.0.0:5081", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.1:5080;http://[::1]:5080")]
    [InlineData("http://127.9.9.9:5080")]
    [InlineData("http://unix:/tmp/run-ledger.sock")]
    public async Task It_may_listen_on_loopback(string urls)
    {
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
        await using (LedgerHost.Build(["--urls", urls, "--RunLedger:SqliteFile", file, "--OTEL_SDK_DISABLED", "true"]))
        {
        }

        File.Delete(file);
    }

    [Fact]
    public async Task With_a_key_it_may_listen_anywhere()
    {
        await using var ledger = await EmbeddedLedger.Start(
            [.. TestKey.Settings(TestKey.Reader), "--urls", "http://0.0.0.0:0"]);
    }

    [Fact]
    public void An_address_that_is_none_is_named()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => LedgerHost.Build(["--urls", "nonsense"]));

        Assert.Contains(
            "'nonsense' is no address such as http://127.0.0.1:5080", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:5080", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("192.168.0.7", 421)]
    public async Task A_name_that_was_made_to_point_here_is_not_answered(string host, int expected)
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { Host = host } };

        using var answer = await ledger.Client.SendAsync(request);

        Assert.Equal(expected, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    public async Task What_came_through_a_proxy_is_not_answered(string header, string value)
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { { header, value } } };

        using var answer = await ledger.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.Contains("proxy", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "http://127.0.0.1:1", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "self", 202)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 202)]
    [InlineData("X-Nothing", "of a browser", 202)]
    public async Task A_page_of_another_site_cannot_post(string header, string value, int expected)
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/observations")
        {
            // What a form of any site may send without asking first.
            Content = new StringContent(Started(Guid.CreateVersion7()).ToJsonString(), Encoding.UTF8, "text/plain"),
        };
        request.Headers.TryAddWithoutValidation(
            header, value == "self" ? ledger.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) : value);

        using var answer = await ledger.Client.SendAsync(request);

        Assert.Equal(expected, (int)answer.StatusCode);
        Assert.Equal(expected == 202 ? 1 : 0, ledger.List("select 1 from process_run_observation").Count);
    }

    [Fact]
    public async Task Nor_can_it_open_a_socket()
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Origin", "https://evil.example");

        using var answer = await ledger.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/runs", "/api/runs")]
    [InlineData("/runs?candidate=Käse", "/runs?candidate=K%C3%A4se")]
    [InlineData("//évil.example/", "/")]
    public async Task There_is_nothing_to_sign_in_to(string returnUrl, string expected)
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var browser = new Browser(ledger);

        using var answer = await browser.Get($"/login?returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.Equal((HttpStatusCode.Found, expected), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }
}
