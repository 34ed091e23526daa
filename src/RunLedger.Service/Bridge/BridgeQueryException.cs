namespace RunLedger.Service.Bridge;

/// <summary>A source as a whole cannot be read, until its user changes it; the message says what.</summary>
sealed class BridgeQueryException : Exception
{
    public BridgeQueryException(string message)
        : base(message)
    {
    }

    public BridgeQueryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
