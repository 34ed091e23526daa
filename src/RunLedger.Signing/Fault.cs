namespace RunLedger.Signing;

/// <summary>Why a file does not prove anything.</summary>
enum Fault
{
    /// <summary>It is no whole signed document.</summary>
    Unreadable,

    /// <summary>Nobody signed it.</summary>
    Unsigned,

    /// <summary>Somebody else signed it.</summary>
    WrongKey,

    /// <summary>It is not what was signed.</summary>
    Changed,
}
