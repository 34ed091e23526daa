namespace RunLedger.Service.Security;

/// <summary>One API key as the configuration has it; <c>key create</c> prints such an entry.</summary>
sealed class KeyOptions
{
    /// <summary>Who holds it, for logs; may change hands no more than the key.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>sha256:</c> and the hash of the key in hexadecimal; the key itself is nowhere here.</summary>
    public string Hash { get; set; } = "";

    /// <summary>Of <see cref="Security.Scopes"/>.</summary>
    public IList<string> Scopes { get; } = [];
}
