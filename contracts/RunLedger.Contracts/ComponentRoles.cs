namespace RunLedger.Contracts;

/// <summary>What a component can be in its run.</summary>
public static class ComponentRoles
{
    /// <summary>Makes the output.</summary>
    public const string Producer = "producer";

    /// <summary>Checks the output.</summary>
    public const string Verifier = "verifier";

    /// <summary>Any other step.</summary>
    public const string Step = "step";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Producer, Verifier, Step];
}
