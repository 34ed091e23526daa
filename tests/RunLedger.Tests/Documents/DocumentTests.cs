using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Documents;

/// <summary>The front door stays short, and no document sends its reader to nothing.</summary>
public sealed class DocumentTests
{
    const int MostWords = 1_000;

    public static TheoryData<string> Documents() => [.. Document.All];

    [Fact]
    public void The_README_has_at_most_a_thousand_words()
    {
        var words = Document.Read("README.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

        Assert.True(words <= MostWords, $"README.md has {words} words: move what is above {MostWords} to docs/.");
    }

    [Fact]
    public void The_README_leads_to_every_page_of_the_documentation()
    {
        var pages = Document.All.Where(
            file => file.StartsWith("docs/", StringComparison.Ordinal) && file.Count(c => c == '/') == 1);

        Assert.Empty(pages.Except(Document.Links("README.md")));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist(string file)
    {
        var faults = new List<string>();
        foreach (var link in Document.Links(file))
        {
            if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            var parts = link.Split('#', 2);
            var folder = Path.GetDirectoryName(Path.Combine(Checkout.Root, file))!;
            var path = parts[0].Length == 0
                ? Path.Combine(Checkout.Root, file)
                : Path.GetFullPath(Path.Combine(folder, parts[0]));
            if (!Path.Exists(path))
                faults.Add($"{file}: {link} leads to nothing");
            else if (parts.Length > 1
                && (!File.Exists(path)
                    || !Document.Anchors(Path.GetRelativePath(Checkout.Root, path)).Contains(parts[1])))
                faults.Add($"{file}: {link} leads to no heading");
        }

        Assert.Empty(faults);
    }
}
