using System.Text.RegularExpressions;
using RunLedger.Testing;

namespace RunLedger.Tests.Structure;

/// <summary>Which folder of a project may know which: never two each other, however long the way round.</summary>
public sealed partial class FolderTests
{
    [Theory]
    [InlineData("RunLedger")]
    [InlineData("RunLedger.Service")]
    [InlineData("RunLedger.Cli")]
    [InlineData("RunLedger.Client")]
    public void No_folder_of_a_project_knows_one_that_knows_it(string project)
    {
        var uses = Uses(project);
        Assert.NotEmpty(uses);

        var circles = uses.Keys.Select(folder => Way(uses, folder, folder, [])).OfType<string>().ToList();

        Assert.True(circles.Count == 0, $"{project} goes round in circles:\n{string.Join('\n', circles)}");
    }

    [Fact]
    public void Folding_imports_nothing_of_the_repository_but_the_contracts()
    {
        var imported = Sources("RunLedger").Where(source => source.Folder == "Folding")
            .SelectMany(
                source => Imports().Matches(source.Text).Select(match => (source.File, Import: match.Groups[1].Value)))
            .Where(import => !import.Import.StartsWith("System", StringComparison.Ordinal)
                && import.Import != "RunLedger.Contracts");

        Assert.Empty(imported);
    }

    // By folder the folders it uses, each with a file that does.
    static Dictionary<string, Dictionary<string, string>> Uses(string project)
    {
        var sources = Sources(project);
        var folders = sources.Select(source => source.Folder).ToHashSet(StringComparer.Ordinal);
        var uses = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (file, folder, text) in sources)
        {
            var known = uses.TryGetValue(folder, out var others) ? others : uses[folder] = new(StringComparer.Ordinal);
            // A folder sees what is in those around it without saying so: there it counts who is named. A file is a
            // type.
            for (var around =
                Path.GetDirectoryName(folder); !string.IsNullOrEmpty(around); around = Path.GetDirectoryName(around))
            {
                if (sources.Any(source => source.Folder == around
                    && Regex.IsMatch(text, $@"\b{Path.GetFileNameWithoutExtension(source.File)}\b")))
                    known.TryAdd(around, file);
            }

            foreach (Match named in Regex.Matches(text, $@"(?<![\w.]){Regex.Escape(project)}((?:\.[A-Za-z]+)+)"))
            {
                var other = named.Groups[1].Value[1..].Replace('.', '/');
                while (other.Length > 0 && !folders.Contains(other))
                    other = Path.GetDirectoryName(other) ?? "";
                if (other.Length > 0 && other != folder)
                    known.TryAdd(other, file);
            }
        }

        return uses;
    }

    // How one leads to the other; null where it does not.
    static string? Way(
        Dictionary<string, Dictionary<string, string>> uses, string from, string to, HashSet<string> seen)
    {
        foreach (var (other, file) in uses.GetValueOrDefault(from) ?? [])
        {
            if (other == to)
                return $"{from} -> {other} ({file})";
            if (seen.Add(other) && Way(uses, other, to, seen) is { } rest)
                return $"{from} -> {other} ({file}), {rest}";
        }

        return null;
    }

    // What lies in the project's own folder puts the others together: it may know all.
    static List<(string File, string Folder, string Text)> Sources(string project)
    {
        var root = Path.Combine(Checkout.Root, "src", project);
        return
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Where(path => Path.GetExtension(path) is ".cs" or ".razor")
                .Select(path => (Path: path, Folder: Path.GetRelativePath(root, Path.GetDirectoryName(path)!)))
                .Where(file => file.Folder != "." && file.Folder.Split('/')[0] is not ("bin" or "obj"))
                .Select(file => (Path.GetFileName(file.Path), file.Folder, File.ReadAllText(file.Path))),
        ];
    }

    [GeneratedRegex(@"^(?:global )?using (?:static )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Imports();
}
