using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Service.Web;

namespace RunLedger.Tests.Web;

/// <summary>An answer is over when nobody takes it, and not because it is long.</summary>
public sealed class DeadlineStreamTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly FakeTimeProvider _time = new();

    // What is written waits until all of it is taken.
    readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
    readonly DeadlineStream _body;

    public DeadlineStreamTests() => _body = new DeadlineStream(_pipe.Writer.AsStream(), Limit, _time);

    public void Dispose() => _body.Dispose();

    [Fact]
    public async Task Of_a_large_answer_little_waits_for_its_reader()
    {
        var writing = _body.WriteAsync(new byte[10_000_000]).AsTask();
        var read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.False(writing.IsCompleted);
        Assert.InRange(read.Buffer.Length, 1, 64 * 1024);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_for_so_long_ends_the_answer()
    {
        var writing = _body.WriteAsync(new byte[10_000_000]).AsTask();

        _time.Advance(Limit);

        await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.True(_body.HasStalled);
    }

    [Fact]
    public async Task A_reader_that_is_slow_gets_all_of_it()
    {
        const int Length = 1_000_000;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var writing = _body.WriteAsync(new byte[Length]).AsTask();

        for (var taken = 0L; taken < Length;)
        {
            // Once there is more, what was there before is known to be taken.
            var read = await _pipe.Reader.ReadAsync(limit.Token);
            _time.Advance(Limit / 2);
            taken += read.Buffer.Length;
            _pipe.Reader.AdvanceTo(read.Buffer.End);
        }

        await writing;
        Assert.False(_body.HasStalled);
    }
}
