using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Service.Web;

namespace RunLedger.Tests.Web;

/// <summary>An answer is over when nobody takes it, and not because it is long.</summary>
public sealed class DeadlineStreamTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly FakeTimeProvider _time = new();
    readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
    readonly DeadlineStream _body;

    public DeadlineStreamTests() => _body = new DeadlineStream(_pipe.Writer.AsStream(), Limit, _time);

    [Fact]
    public async Task Of_a_large_answer_little_waits_for_its_reader()
    {
        var writing = _body.WriteAsync(new byte[10_000_000]).AsTask();
        var read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.False(writing.IsCompleted);
        Assert.InRange(read.Buffer.Length, 1, 128 * 1024);
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
        var writing = _body.WriteAsync(new byte[Length]).AsTask();

        for (var taken = 0L; taken < Length;)
        {
            _time.Advance(Limit / 2);
            var read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            taken += read.Buffer.Length;
            _pipe.Reader.AdvanceTo(read.Buffer.End);
        }

        await writing;
        Assert.False(_body.HasStalled);
    }
}
