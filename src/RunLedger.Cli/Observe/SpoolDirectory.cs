using System.Security.Cryptography;
using System.Text;
using RunLedger.Cli.Options;

namespace RunLedger.Cli.Observe;

/// <summary>Where unsent observations wait for the next invocation: a folder for each ledger.</summary>
static class SpoolDirectory
{
    /// <summary>The default by the XDG specification; null for a user without a home.</summary>
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

    /// <summary>The folder of one ledger, named by its address without the password.</summary>
    public static string ForLedger(string folder, LedgerAddress address) => Path.GetFullPath(Path.Combine(
        folder,
        $"{address.Uri.Host}-"
        + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.DisplayText)))[..12]}"));
}
