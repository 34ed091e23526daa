using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace RunLedger.Schema;

/// <summary>
/// A numbered script of <c>infra/postgres</c>, embedded. A new pair of files is a new script: nothing names them.
/// </summary>
sealed partial record SchemaScript(int Number, string Name, string Sql)
{
    const string Folder = "postgres/";

    /// <summary>In the order in which they are applied.</summary>
    public static IReadOnlyList<SchemaScript> Forward { get; } =
        [.. Load(rollback: false).OrderBy(script => script.Number)];

    /// <summary>In the order in which they are rolled back: the newest first.</summary>
    public static IReadOnlyList<SchemaScript> Rollback { get; } =
        [.. Load(rollback: true).OrderByDescending(script => script.Number)];

    /// <summary>
    /// The ledger's tables, in the order of their creation. Read off the scripts and not off a database, so that a
    /// service that may create nothing can ask which of them are missing.
    /// </summary>
    public static IReadOnlyList<string> Tables { get; } =
        [.. Forward.SelectMany(script => CreateTable().Matches(script.Sql)).Select(match => match.Groups[1].Value)];

    static IEnumerable<SchemaScript> Load(bool rollback)
    {
        var assembly = typeof(SchemaScript).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Folder, StringComparison.Ordinal)) continue;
            var match = FileName().Match(resource[Folder.Length..]);
            if (match.Success && match.Groups["rollback"].Success == rollback)
            {
                var number = int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
                yield return new(number, match.Value, Read(assembly, resource));
            }
        }
    }

    static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^(?<number>\d+)_\w+?(?<rollback>_rollback)?\.sql$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^\s*create table if not exists (\w+)", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex CreateTable();
}
