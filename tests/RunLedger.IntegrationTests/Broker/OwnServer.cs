using System.Diagnostics;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>Runs the binaries of a server that belongs to one test, so that it can be stopped under the ledger's feet.</summary>
static class OwnServer
{
    /// <summary>Runs a command, as another user where this process is root and the command will not run as that.</summary>
    public static async Task<string> Run(string? user, IReadOnlyDictionary<string, string> environment, string file, params string[] arguments)
    {
        var asUser = user is not null && Environment.UserName == "root";
        var start = asUser
            ? new ProcessStartInfo("runuser", ["-u", user!, "--", file, .. arguments])
            : new ProcessStartInfo(file, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = "/tmp";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));
        if (process.ExitCode != 0)
            Assert.Fail($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await error}");
        return await output;
    }

    /// <summary>A folder for a server's data.</summary>
    public static string Folder(string name)
    {
        var folder = Directory.CreateTempSubdirectory($"run-ledger-{name}-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return folder;
    }
}
