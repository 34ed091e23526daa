using Spectre.Console;

namespace RunLedger.Cli.Replay;

/// <summary>A stream whose reading advances a progress bar.</summary>
sealed class ProgressStream(Stream stream, ProgressTask progress) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await stream.ReadAsync(buffer, cancellationToken);
        if (stream.CanSeek && stream.Length > 0)
            progress.Value = progress.MaxValue * stream.Position / stream.Length;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
