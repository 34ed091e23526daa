using RunLedger.Testing;

namespace RunLedger.IntegrationTests.Support;

/// <summary>
/// Where the programs of servers are that a test starts for itself: this machine's, or those of the folder that
/// <c>infra/servers-up --newest</c> made.
/// </summary>
static class OwnServers
{
    static readonly string Folder = Environment.GetEnvironmentVariable("RUNLEDGER_OWN_SERVERS") ?? "";

    /// <summary>Where a file of theirs is to be looked for.</summary>
    public static string Seen(string path) => Folder + path;

    /// <summary>A command of theirs, as who runs the test.</summary>
    public static Task<string> Run(
        string command, Dictionary<string, string> environment, params string[] arguments) => Folder.Length == 0
        ? Shell.Run(command, environment, arguments)
        : InFolder("self",
            ["env", .. environment.Select(one => $"{one.Key}={one.Value}"), command, .. arguments]);

    /// <summary>A command of theirs, as a user who is no test's; for a test that is root.</summary>
    public static Task<string> RunAs(string user, params string[] command) => Folder.Length == 0
        ? Shell.Run("runuser", ["-u", user, "--", .. command])
        : InFolder(user, command);

    /// <summary>Gives files to a user of theirs.</summary>
    public static Task Give(string user, params string[] files) => Folder.Length == 0
        ? Shell.Run("chown", [user, .. files])
        : InFolder("root", ["chown", user, .. files]);

    static Task<string> InFolder(string user, string[] command) =>
        Shell.Run(Path.Combine(Checkout.Root, "infra", "in-forky"), [user, .. command]);
}
