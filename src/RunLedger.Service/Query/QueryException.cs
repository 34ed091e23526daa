namespace RunLedger.Service.Query;

/// <summary>There is no answer; the message says why and what to do.</summary>
sealed class QueryException(string message, string? withoutData = null, bool tooMuch = false) : Exception(message)
{
    /// <summary>The message without what may come from a row.</summary>
    public string WithoutData => withoutData ?? Message;

    /// <summary>Whether it may be asked again, for less.</summary>
    public bool TooMuch => tooMuch;
}
