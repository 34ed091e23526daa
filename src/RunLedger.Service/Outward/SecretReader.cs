using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Outward;

/// <summary>
/// What a secret is: the text itself, or what <c>env:RUNLEDGER_SECRET_NAME</c> or <c>file:NAME</c> leads to. A name
/// leads nowhere else, so that who may name secrets does not thereby read the service's other ones.
/// </summary>
sealed partial class SecretReader(IOptions<OutwardOptions> options)
{
    const string Environment = "env:";
    const string File = "file:";
    const string Prefix = "RUNLEDGER_SECRET_";
    const int MostBytes = 8 * 1024;

    public static bool IsName(string secret) =>
        secret.StartsWith(Environment, StringComparison.Ordinal) || secret.StartsWith(File, StringComparison.Ordinal);

    /// <summary>What is wrong with a name; null where nothing is, or where it is the secret itself.</summary>
    public static string? FaultOf(string secret) =>
        secret.StartsWith(Environment, StringComparison.Ordinal) && !Variable().IsMatch(secret)
            ? $"names a variable that is not called {Prefix}…: only those are read"
        : secret.StartsWith(File, StringComparison.Ordinal) && !FileName().IsMatch(secret)
            ? "names a file by more than its name: only those of Outward__SecretsDirectory are read"
        : null;

    /// <exception cref="UnreadableSecretException">It is not there.</exception>
    public string Read(string secret)
    {
        if (FaultOf(secret) is { } fault)
            throw new UnreadableSecretException($"A secret {fault}.");
        if (secret.StartsWith(Environment, StringComparison.Ordinal))
        {
            var name = secret[Environment.Length..];
            return System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
                ? value
                : throw new UnreadableSecretException($"The variable {name} is not set where the ledger runs.");
        }

        return secret.StartsWith(File, StringComparison.Ordinal) ? ReadFile(secret[File.Length..]) : secret;
    }

    string ReadFile(string name)
    {
        if (options.Value.SecretsDirectory is not { } directory)
        {
            throw new UnreadableSecretException(
                $"The secret {File}{name} needs Outward__SecretsDirectory, which is not set.");
        }

        try
        {
            using var file = System.IO.File.OpenRead(Path.Combine(directory, name));
            var bytes = new byte[MostBytes];
            var read = file.ReadAtLeast(bytes, MostBytes, throwOnEndOfStream: false);
            return System.Text.Encoding.UTF8.GetString(bytes, 0, read).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableSecretException($"The secret {File}{name} cannot be read in {directory}.");
        }
    }

    [GeneratedRegex($"^{Environment}{Prefix}[A-Z0-9_]{{1,100}}$", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex($"^{File}[A-Za-z0-9_-][A-Za-z0-9._-]{{0,99}}$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
