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

    [Theory]
    [InlineData("/api/runs")]
    [InlineData("/api/runs/export?format=csv")]
    [InlineData("/api/live")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/metrics")]
    [InlineData("/health/ready")]
    [InlineData("/page.js")]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/nowhere")]
    public async Task Nor_can_it_read(string route)
    {
        await using var ledger = await EmbeddedLedger.Start(
            route == "/metrics" ? ["--OTEL_SDK_DISABLED", "false"] : []);
        var self = ledger.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        foreach (var (site, mode, destination, origin, refused) in ((string?, string?, string?, string?, bool)[])
            [
                ("cross-site", "cors", "empty", "https://evil.example", true),
                ("same-site", "cors", "empty", "http://localhost:3000", true),
                ("cross-site", "no-cors", "image", null, true),
                ("cross-site", "no-cors", "script", null, true),
                ("cross-site", "navigate", "iframe", null, true),
                ("cross-site", "navigate", "object", null, true),
                ("cross-site", null, null, null, true),
                (null, null, null, "https://evil.example", true),
                (null, null, null, "null", true),
                ("cross-site", "navigate", "document", null, false),
                ("same-site", "navigate", "document", null, false),
                ("none", "navigate", "document", null, false),
                ("same-origin", "cors", "empty", self, false),
                ("same-origin", "no-cors", "script", null, false),
                (null, null, null, null, false),
            ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, route);
            foreach (var (name, value) in ((string, string?)[])
                [
                    ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", destination),
                    ("Origin", origin),
                ])
            {
                if (value is not null)
                    request.Headers.Add(name, value);
            }

            using var answer = await ledger.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            Assert.True(
                refused == (answer.StatusCode == HttpStatusCode.Forbidden),
                $"{site} {mode} {destination} {origin}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Nor_can_it_ask_whether_it_may()
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/runs")
        {
            Headers = { { "Origin", "https://evil.example" }, { "Access-Control-Request-Method", "GET" } },
        };

        using var answer = await ledger.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
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
