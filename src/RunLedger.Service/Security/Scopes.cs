namespace RunLedger.Service.Security;

/// <summary>What somebody may do. Each is also the name of the authorization policy that asks for it.</summary>
static class Scopes
{
    /// <summary>Report observations.</summary>
    public const string Observe = "observe";

    /// <summary>See everything.</summary>
    public const string Read = "read";

    /// <summary>Change runs by hand; includes <see cref="Read"/>.</summary>
    public const string Operate = "operate";

    /// <summary>Ask in SQL; included in nothing, for it takes more of the machine than a list does.</summary>
    public const string Query = "query";

    /// <summary>The claim of a scope. Only this service issues it.</summary>
    public const string Claim = "run-ledger:scope";

    public static readonly string[] All = [Observe, Read, Operate, Query];

    /// <summary>The scopes that include one.</summary>
    public static string[] Including(string scope) => scope == Read ? [Read, Operate] : [scope];
}
