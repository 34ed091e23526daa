namespace RunLedger.Service.Query;

/// <summary>There is no answer; the message says why and what to do.</summary>
sealed class QueryException(string message, bool tooMuch = false) : Exception(message)
{
    /// <summary>Whether it may be asked again, for less.</summary>
    public bool TooMuch => tooMuch;
}
