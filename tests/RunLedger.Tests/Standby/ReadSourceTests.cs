using Npgsql;
using RunLedger.Service.Standby;

namespace RunLedger.Tests.Standby;

public sealed class ReadSourceTests
{
    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("57P01")]
    [InlineData("57P03")]
    [InlineData("42P01")]
    public async Task What_fails_on_the_standby_alone_is_asked_once_more_of_the_primary(string state)
    {
        var source = ReadSource.Begin(TimeSpan.FromSeconds(0.4));
        var asked = new List<bool>();

        var answer = await ReadSource.Ask(() =>
        {
            asked.Add(source.IsStandby);
            return source.IsStandby
                ? throw new InvalidOperationException("EF Core wraps it.", Refused(state))
                : Task.FromResult("answer");
        });

        Assert.Equal("answer", answer);
        Assert.Equal([true, false], asked);
        Assert.Equal("primary; reason=standby-failed", source.ToString());
    }

    [Fact]
    public async Task A_standby_that_cannot_be_reached_is_answered_for_by_the_primary()
    {
        var source = ReadSource.Begin(TimeSpan.Zero);

        Assert.False(await ReadSource.Ask(
            () => source.IsStandby ? throw new NpgsqlException("nobody there") : Task.FromResult(source.IsStandby)));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_question_that_takes_too_long_burdens_the_primary_only_where_the_standby_is_silent_to_all(
        bool isThere, int times)
    {
        ReadSource.Begin(TimeSpan.Zero, isThere: () => isThere);
        var asked = 0;

        await Assert.ThrowsAsync<NpgsqlException>(() => ReadSource.Ask<int>(() =>
        {
            asked++;
            throw new NpgsqlException("Exception while reading from stream", new TimeoutException());
        }));

        Assert.Equal(times, asked);
    }

    [Theory]
    [InlineData("22P02")]
    // By statement_timeout, or by somebody.
    [InlineData("57014")]
    public async Task What_the_primary_refuses_too_is_not_asked_again(string state)
    {
        ReadSource.Begin(TimeSpan.Zero);
        var asked = 0;

        await Assert.ThrowsAsync<PostgresException>(() => ReadSource.Ask<int>(() =>
        {
            asked++;
            throw Refused(state);
        }));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_primary_that_fails_is_not_asked_again()
    {
        ReadSource.Begin(null);
        var asked = 0;

        await Assert.ThrowsAsync<PostgresException>(() => ReadSource.Ask<int>(() =>
        {
            asked++;
            throw Refused("40001");
        }));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task What_nobody_began_an_answer_for_is_read_from_the_primary()
    {
        await Answer();

        Assert.Null(ReadSource.Current);

        static async Task Answer()
        {
            ReadSource.Begin(TimeSpan.Zero);
            await Task.Yield();
            Assert.True(ReadSource.Current!.IsStandby);
        }
    }

    [Theory]
    [InlineData(0, "standby; behind=0.0")]
    [InlineData(0.4, "standby; behind=0.4")]
    [InlineData(61.23456, "standby; behind=61.235")]
    public void The_header_says_how_many_seconds_it_is_behind(double seconds, string header) =>
        Assert.Equal(header, ReadSource.Begin(TimeSpan.FromSeconds(seconds)).ToString());

    static PostgresException Refused(string state) => new("canceling statement", "ERROR", "ERROR", state);
}
