namespace RunLedger.Service.Web;

/// <summary>
/// The body of an answer, written in small pieces. The server keeps one until its reader takes it; where it takes
/// nothing for so long the answer is over.
/// </summary>
sealed class DeadlineStream(Stream body, TimeSpan stalledAfter, TimeProvider time) : Stream
{
    /// <summary>Of what is written, beside what the server itself keeps of an answer.</summary>
    const int Piece = 16 * 1024;

    /// <summary>Nobody took anything in time.</summary>
    public bool HasStalled { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">Nothing is taken any more.</exception>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (; !buffer.IsEmpty; buffer = buffer[Math.Min(Piece, buffer.Length)..])
            await Taken(body.WriteAsync(buffer[..Math.Min(Piece, buffer.Length)], cancellationToken));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        Taken(new ValueTask(body.FlushAsync(cancellationToken))).AsTask();

    public override void Flush() => throw new NotSupportedException("Answers are written without blocking.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Answers are written without blocking.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    async ValueTask Taken(ValueTask writing)
    {
        if (writing.IsCompleted)
        {
            await writing;
            return;
        }

        try
        {
            await writing.AsTask().WaitAsync(stalledAfter, time);
        }
        catch (TimeoutException)
        {
            HasStalled = true;
            throw new IOException($"Nothing of the answer was taken for {stalledAfter}.");
        }
    }
}
