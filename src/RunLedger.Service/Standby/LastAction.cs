namespace RunLedger.Service.Standby;

/// <summary>How often somebody did something here: an answer of before is none for who did it.</summary>
sealed class LastAction
{
    long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Done() => Interlocked.Increment(ref _count);
}
