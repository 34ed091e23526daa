namespace RunLedger.Testing;

/// <summary>The conformance files of the CDEvents project, which are not part of the repository.</summary>
static class CdEventFixtures
{
    /// <summary>A checkout of github.com/cdevents/spec.</summary>
    const string Variable = "CDEVENTS_SPEC";

    /// <summary>Each with its name, in their order.</summary>
    public static List<(string Name, string Json)> Files()
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? "", "conformance");
        if (!Directory.Exists(folder))
        {
            Assert.Skip(
                $"{Variable} names no checkout of github.com/cdevents/spec: its files are not part of this repository");
        }

        return [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];
    }
}
