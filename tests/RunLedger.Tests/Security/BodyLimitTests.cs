using System.Net;
using System.Text.Json;
using RunLedger.Service.Intake;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Security;

/// <summary>A body over its limit is its sender's fault, on every route that takes one.</summary>
public sealed class BodyLimitTests : IAsyncLifetime
{
    const string Run = "01900000-0000-7000-8000-000000000001";

    EmbeddedLedger _ledger = null!;

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
        foreach (var length in (bool[])[true, false])
        {
            using var request = Request(route, "application/json", IntakeLimits.MaxBodyBytes + 1, length);
            request.Headers.Add("X-Api-Key", TestKey.Operator.Text);

            using var answer = await _ledger.Client.SendAsync(request);

            await IsTooLarge(answer, IntakeLimits.MaxBodyBytes);
        }
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
        foreach (var length in (bool[])[true, false])
        {
            using var request = Request(route, "application/x-www-form-urlencoded", limit + 1, length);

            using var answer = await browser.Send(request);

            await IsTooLarge(answer, limit);
        }
    }

    [Fact]
    public async Task Who_has_no_key_is_refused_before_that()
    {
        using var request = Request(
            $"/api/runs/{Run}/close", "application/json", IntakeLimits.MaxBodyBytes + 1, length: true);

        using var answer = await _ledger.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    static async Task IsTooLarge(HttpResponseMessage answer, int limit)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.RequestEntityTooLarge, $"{answer.StatusCode} {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            $"The max request body size is {limit} bytes.",
            JsonElement.Parse(body).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
    }

    // Of JSON the blanks before it, and a form like any other, but for its length.
    static HttpRequestMessage Request(string route, string type, int bytes, bool length)
    {
        var body = new byte[bytes];
        Array.Fill(body, (byte)(type == "application/json" ? ' ' : 'x'));
        for (var at = 0; type != "application/json" && at < bytes - 2; at += 100_000)
            "&x="u8.CopyTo(body.AsSpan(at));
        var request = new HttpRequestMessage(HttpMethod.Post, route) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(type);
        // Without a length it comes in chunks, and is too long only once so much has come.
        request.Headers.TransferEncodingChunked = !length;
        // The server is asked before the body is sent: a refusal comes at once.
        request.Headers.ExpectContinue = true;
        return request;
    }
}
