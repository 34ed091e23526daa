using UUIDNext;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>
/// The ledger's ids of what CDEvents tell of: the subject's own UUID; or, of an id that is none, the UUIDv5 of its
/// source and the id, since such an id need only be unique within its source. A task in a pipeline has that of the run
/// too.
/// </summary>
static class CdEventRunId
{
    /// <summary>In the namespace of URLs, so that anybody can compute the ids.</summary>
    static readonly Guid CdEvents = Uuid.NewNameBased(Uuid.Namespace.URL, "https://cdevents.dev");

    public static Guid Of(string source, string id) =>
        Guid.TryParse(id, out var own) && own != Guid.Empty ? own : Name($"{source}\0{id}");

    public static Guid OfTask(Guid run, string source, string id) => Name($"{run}\0{source}\0{id}");

    // NUL parts them: no text has one, since it is mended, so that no two read alike.
    static Guid Name(string name) => Uuid.NewNameBased(CdEvents, name);
}
