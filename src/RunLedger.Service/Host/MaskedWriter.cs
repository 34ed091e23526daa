using System.Text;
using System.Text.RegularExpressions;

namespace RunLedger.Service.Host;

/// <summary>
/// Standard error without passwords and keys: a parser repeats an argument it does not understand, and that may be a
/// connection string whose option was forgotten.
/// </summary>
sealed partial class MaskedWriter(TextWriter inner) : TextWriter
{
    readonly StringBuilder _line = new();

    public override Encoding Encoding => inner.Encoding;

    public static string Mask(string text)
    {
        text = NamedSecret().Replace(text, "$1=***");
        text = UserInfo().Replace(text, "://***@");
        return Key().Replace(text, "rl_***");
    }

    public override void Write(char value)
    {
        lock (_line)
        {
            _line.Append(value);
            if (value == '\n')
                Pass();
        }
    }

    public override void Flush()
    {
        lock (_line)
            Pass();
        inner.Flush();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Flush();
        base.Dispose(disposing);
    }

    void Pass()
    {
        inner.Write(Mask(_line.ToString()));
        _line.Clear();
    }

    // Up to what ends a value in a connection string: too much hidden is better than too little.
    [GeneratedRegex(
        """(\b(?:ssl )?(?:password|passphrase|pwd|psw|client_?secret))\s*=\s*("[^"]*"|[^;\r\n]*)""",
        RegexOptions.IgnoreCase)]
    private static partial Regex NamedSecret();

    [GeneratedRegex("""://[^\s'"]*@""")]
    private static partial Regex UserInfo();

    [GeneratedRegex("rl_[A-Za-z0-9_-]{8,}")]
    private static partial Regex Key();
}
