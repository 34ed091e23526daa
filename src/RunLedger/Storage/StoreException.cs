namespace RunLedger.Storage;

/// <summary>A store could not load or commit; <paramref name="fault"/> says what to do about it.</summary>
sealed class StoreException(StoreFault fault, Exception inner) : Exception(inner.Message, inner)
{
    public StoreFault Fault => fault;
}
