namespace RunLedger.Folding;

/// <summary>
/// What a candidate is called where a witness does not say it: <c>CD:source:unknown</c>, <c>CI:unknown:build</c>.
/// </summary>
static class UnsaidName
{
    public const string Text = "unknown";

    /// <summary>What the codes begin with that are made of what tools of others say.</summary>
    static readonly string[] Witnesses = ["CI:", "CD:", "OL:"];

    /// <summary>Whether a part of the code is one.</summary>
    public static bool Is(string candidate)
    {
        foreach (var witness in Witnesses)
        {
            if (candidate.StartsWith(witness, StringComparison.Ordinal))
            {
                return candidate.EndsWith($":{Text}", StringComparison.Ordinal)
                    || candidate.AsSpan(witness.Length).StartsWith($"{Text}:", StringComparison.Ordinal);
            }
        }

        return false;
    }
}
