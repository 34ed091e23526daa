using System.Net.Sockets;
using System.Text;
using RunLedger.Service.Intake;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Security;

/// <summary>A body over its limit is its sender's fault, on every route that takes one.</summary>
public sealed class BodyLimitTests : IAsyncLifetime
{
    const string Run = "01900000-0000-7000-8000-000000000001";

    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Operator));

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData($"/api/runs/{Run}/close")]
    [InlineData($"/api/rejected/{Run}/resend")]
    [InlineData("/api/rejected/resend")]
    [InlineData($"/api/rejected/{Run}/discard")]
    [InlineData("/api/rejected/discard")]
    [InlineData("/api/failures/0123/acknowledge")]
    [InlineData("/api/failures/0123/note")]
    public async Task Of_the_API_it_is_answered_with_413(string route)
    {
        // Blanks before the JSON, that never comes.
        await IsTooLarge(
            route, "application/json", new string(' ', IntakeLimits.MaxBodyBytes + 1),
            $"X-Api-Key: {TestKey.Operator.Text}", IntakeLimits.MaxBodyBytes);
    }

    [Theory]
    [InlineData("/login", 16 * 1024)]
    [InlineData("/logout", 16 * 1024)]
    [InlineData($"/runs/{Run}/close", IntakeLimits.MaxBodyBytes)]
    [InlineData($"/rejected/{Run}", IntakeLimits.MaxBodyBytes)]
    [InlineData("/rejected/groups/0123", IntakeLimits.MaxBodyBytes)]
    [InlineData("/failures/0123/acknowledge", IntakeLimits.MaxBodyBytes)]
    [InlineData("/runs", IntakeLimits.MaxBodyBytes)]
    [InlineData($"/api/runs/{Run}/close", IntakeLimits.MaxBodyBytes)]
    public async Task Of_a_form_it_is_answered_with_413(string route, int limit)
    {
        using var browser = new Browser(_ledger);
        await browser.SignIn(TestKey.Operator);
        // A form like any other, but for its length: no value is too long.
        var form = string.Concat(Enumerable.Repeat($"x={new string('y', 99_997)}&", (limit / 100_000) + 1));

        await IsTooLarge(
            route, "application/x-www-form-urlencoded", form[..(limit + 1)],
            $"Cookie: {browser.Cookies.GetCookieHeader(browser.Address)}", limit);
    }

    [Fact]
    public async Task Who_has_no_key_is_refused_before_that() => Assert.StartsWith(
        "HTTP/1.1 401 ",
        await Ask($"/api/runs/{Run}/close", "application/json", $"Content-Length: {IntakeLimits.MaxBodyBytes + 1}", ""),
        StringComparison.Ordinal);

    /// <summary>Both with a length, which is too much at once, and in chunks, until too much has come.</summary>
    async Task IsTooLarge(string route, string type, string body, string who, int limit)
    {
        foreach (var (length, sent) in ((string, string)[])
            [
                ($"Content-Length: {body.Length}", ""),
                ("Transfer-Encoding: chunked", $"{body.Length:x}\r\n{body}\r\n"),
            ])
        {
            var answer = await Ask(route, type, $"{length}\r\n{who}", sent);

            Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
            Assert.Contains("Content-Type: application/problem+json", answer, StringComparison.Ordinal);
            Assert.Contains($"The max request body size is {limit} bytes.", answer, StringComparison.Ordinal);
        }
    }

    // By a socket: a client that goes on sending to who has answered and hung up may not get to see the answer.
    async Task<string> Ask(string route, string type, string headers, string sent)
    {
        var address = _ledger.Client.BaseAddress!;
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port, Token);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST {route} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nContent-Type: {type}\r\n"
                + $"{headers}\r\n\r\n{sent}"),
            Token);
        using var answer = new StreamReader(stream, Encoding.UTF8);
        return await answer.ReadToEndAsync(Token);
    }
}
