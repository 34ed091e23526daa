namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// An object or an array that is open where <see cref="EventTrimmer"/> reads, and what is kept of it.
/// </summary>
sealed class EventPlace
{
    public EventShape? Shape;
    public bool IsArray;

    /// <summary>An array of events, which is part of none.</summary>
    public bool IsRoot;

    /// <summary>For people.</summary>
    public string Path = "";

    /// <summary>Whether something of it is kept, so that a comma comes before the next.</summary>
    public bool Any;
    public int Index;

    /// <summary>Where it begins in what is kept.</summary>
    public int Start;

    /// <summary>How many of its parts are not kept because there are too many.</summary>
    public int Left;

    /// <summary>How many of its members are of the shape that others have.</summary>
    public int Others;
}
