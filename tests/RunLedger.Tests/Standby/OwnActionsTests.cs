using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NpgsqlTypes;
using RunLedger.Service.Standby;

namespace RunLedger.Tests.Standby;

/// <summary>Who did something and comes back.</summary>
public sealed class OwnActionsTests
{
    [Fact]
    public async Task A_cookie_whose_action_has_arrived_is_left_alone_since_a_newer_one_may_be_on_its_way()
    {
        await using var nobody = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        var time = new FakeTimeProvider();
        var standby = new StandbyState(time, NullLogger<StandbyState>.Instance);
        standby.Read(TimeSpan.Zero, new NpgsqlLogSequenceNumber(0x20));
        var own = new OwnActions(
            new StandbyDatabase(nobody, nobody, time), standby, Options.Create(new StandbyOptions()), time);
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = "run-ledger-position=0/10";

        Assert.True(await own.AreThere(http));
        Assert.Equal(0, http.Response.Headers.SetCookie.Count);
    }

    [Fact]
    public async Task What_the_standby_has_not_is_not_there()
    {
        await using var nobody = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        var time = new FakeTimeProvider();
        var standby = new StandbyState(time, NullLogger<StandbyState>.Instance);
        standby.Read(TimeSpan.Zero, new NpgsqlLogSequenceNumber(0x20));
        var own = new OwnActions(
            new StandbyDatabase(nobody, nobody, time), standby, Options.Create(new StandbyOptions()), time);
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = "run-ledger-position=0/30";

        Assert.False(await own.AreThere(http));
    }
}
