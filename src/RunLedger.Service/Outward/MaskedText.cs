namespace RunLedger.Service.Outward;

/// <summary>
/// Text of somebody who was called, without what was secret in the call: many answer an unknown address by repeating
/// it.
/// </summary>
static class MaskedText
{
    const string Mask = "***";

    /// <summary>A shorter part of an address is a word, and no secret.</summary>
    const int LeastPart = 6;

    static readonly char[] Separators = ['/', '?', '&', '=', '#', '.', ':', '@'];

    /// <param name="text">What was answered.</param>
    /// <param name="secrets">Addresses, keys and passwords of the call.</param>
    public static string Of(string text, IEnumerable<string> secrets)
    {
        foreach (var part in secrets.SelectMany(Parts).Distinct().OrderByDescending(part => part.Length))
            text = text.Replace(part, Mask, StringComparison.OrdinalIgnoreCase);
        return text;
    }

    static IEnumerable<string> Parts(string secret)
    {
        if (secret.Length == 0)
            yield break;
        yield return secret;
        if (!Uri.TryCreate(secret, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield break;
        foreach (var spelling in (string[])[address.PathAndQuery, Uri.UnescapeDataString(address.PathAndQuery)])
        {
            if (spelling.Length > 1)
                yield return spelling;
            foreach (var part in spelling.Split(Separators).Where(part => part.Length >= LeastPart))
                yield return part;
        }
    }
}
