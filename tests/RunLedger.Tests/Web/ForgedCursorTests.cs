using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.BadBodies;

namespace RunLedger.Tests.Web;

/// <summary>A cursor is what anybody sends: its digest has no secret, so every content can be made to fit.</summary>
public sealed class ForgedCursorTests : IAsyncLifetime
{
    const string Words = "not a cursor of this list";

    static readonly Guid Run = new("01900000-0000-7000-8000-000000000001");

    /// <summary>Every list that goes by cursor, with its name and filters as its cursors know them.</summary>
    static readonly (string Address, string Parameter, string List, bool Timeless)[] Lists =
    [
        ("/api/runs", "cursor", Runs(), false),
        ("/api/runs", "before", Runs(), false),
        ("/api/runs?status=failed", "before", Runs("failed"), false),
        ("/api/rejected", "cursor", Rejected(), false),
        ("/api/rejected", "before", Rejected(), false),
        ("/api/actions", "cursor", "actions", false),
        ($"/api/runs/{Run}/components", "cursor", Components(), true),
        ("/runs", "cursor", Runs(), false),
        ("/runs", "before", Runs(), false),
        ("/rejected?state=open", "cursor", Rejected("open"), false),
        ("/rejected?state=open", "before", Rejected("open"), false),
        ($"/runs/{Run}", "after", Components(), true),
    ];

    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start();
        await _ledger.Post("/api/observations", new StringContent(Started(Run).ToJsonString()));
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_time_that_is_none_is_refused()
    {
        foreach (var (address, parameter, name, timeless) in Lists)
        {
            foreach (var ticks in (long[])
                [-1, -2, 0, long.MinValue, long.MaxValue, DateTime.MaxValue.Ticks, DateTime.MaxValue.Ticks + 1])
                await Time(ticks);
            await Gen.Long.SampleAsync(Time, iter: 20, threads: 1);

            Task Time(long ticks)
            {
                var good = (ticks >= 0 && ticks <= DateTime.MaxValue.Ticks) || (ticks == -1 && timeless);
                return Answers(address, parameter, Forge(ticks, name), good);
            }
        }
    }

    [Fact]
    public async Task Base_64_of_anything_else_is_refused()
    {
        foreach (var (address, parameter, name, _) in Lists)
        {
            var good = Base64Url.DecodeFromChars(Forge(DateTime.UnixEpoch.Ticks, name));
            byte[] otherDigest = [.. good];
            otherDigest[0] ^= 1;
            foreach (var bytes in (byte[][])
                [
                    [0], new byte[31], new byte[32], new byte[33], new byte[5_000], good[..^1], [.. good, 0],
                    otherDigest, Encoding.UTF8.GetBytes("null"), Encoding.UTF8.GetBytes("""{"at":null,"id":"x"}"""),
                    [.. Enumerable.Repeat((byte)0xFF, 32)],
                ])
                await Answers(address, parameter, Base64Url.EncodeToString(bytes), good: false);
            await Answers(address, parameter, Base64Url.EncodeToString(good), good: true);
        }
    }

    async Task Answers(string address, string parameter, string cursor, bool good)
    {
        var query = $"{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameter}={cursor}";
        using var answer = await _ledger.Client.GetAsync(address + query);
        var body = await answer.Content.ReadAsStringAsync();

        Assert.True((good ? 200 : 400) == (int)answer.StatusCode, $"{address}{query}: {answer.StatusCode} {body}");
        if (good)
            return;
        if (address.StartsWith("/api/", StringComparison.Ordinal))
        {
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = JsonElement.Parse(body);
            Assert.Contains(
                Words,
                problem.GetProperty("errors").GetProperty(parameter)[0].GetString(),
                StringComparison.Ordinal);
            Assert.Contains(Words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(Words, WebUtility.HtmlDecode(body), StringComparison.Ordinal);
            Assert.Contains("</html>", body, StringComparison.Ordinal);
        }
    }

    static string Forge(long ticks, string list)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), ticks);
        Run.TryWriteBytes(bytes.AsSpan(16));
        SHA256.HashData([.. bytes.AsSpan(8), .. Encoding.UTF8.GetBytes(list)]).AsSpan(0, 8).CopyTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    static string Runs(string? status = null) =>
        new RunListQuery { Status = status }.Read(new QueryReader()).Page.List;

    static string Rejected(string? state = null) =>
        new RejectedListQuery { State = state }.Read(new QueryReader()).Page.List;

    static string Components() => new ComponentListQuery().Read(new QueryReader(), Run).List;
}
