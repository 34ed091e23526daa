namespace RunLedger.Journal;

/// <summary>What became of a part of a message.</summary>
enum JournalTaken
{
    Observation,
    Definition,
    Rejected,
}
