namespace RunLedger.Service.Journal;

/// <summary>What is wrong with the journal's stream, by the last look; null where nothing is.</summary>
sealed class JournalState
{
    volatile string? _fault = "The journal's stream was not looked at yet.";

    public string? Fault
    {
        get => _fault;
        set => _fault = value;
    }
}
