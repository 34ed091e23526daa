using System.Security.Cryptography;
using System.Text;

namespace RunLedger.Cli.Observing;

/// <summary>Where what could not be sent waits for the next invocation: a folder for each ledger.</summary>
static class SpoolFolder
{
    /// <summary>Where a user's programs keep such things; null for one who has no home.</summary>
    public static string? Default()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (home.Length == 0)
                return null;
            state = Path.Combine(home, ".local", "state");
        }

        return Path.Combine(state, "runledger", "spool");
    }

    /// <summary>Of one ledger, by its address without a password.</summary>
    public static string Of(string folder, LedgerAddress address) => Path.GetFullPath(Path.Combine(
        folder,
        $"{address.Uri.Host}-"
        + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Shown)))[..12]}"));

    /// <summary>Only for its owner: what a command said of its failure may be nobody else's business.</summary>
    public static void Make(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(
                    folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Who writes there says so.
        }
    }
}
