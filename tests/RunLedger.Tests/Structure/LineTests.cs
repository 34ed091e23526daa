using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RunLedger.Testing;

namespace RunLedger.Tests.Structure;

/// <summary>How long a line of code may be.</summary>
public sealed class LineTests
{
    const int Most = 120;

    static readonly string[] Folders = ["src", "contracts", "tests", "bench", "samples"];

    [Fact]
    public void A_line_of_code_has_at_most_120_characters()
    {
        var wide = Folders.Select(folder => Path.Combine(Checkout.Root, folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !Path.GetRelativePath(Checkout.Root, file).Split('/').Any(part => part is "obj" or "bin"))
            .SelectMany(Wide)
            .ToList();

        Assert.True(wide.Count == 0, $"Break these lines:\n{string.Join('\n', wide)}");
    }

    static IEnumerable<string> Wide(string file)
    {
        var text = File.ReadAllText(file);
        var lines = text.Split('\n');
        if (!lines.Any(line => line.Length > Most))
            yield break;
        // What a text of several lines says is for whom it is written; a table in it may be as wide as it must.
        var texts = CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes()
            .Where(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax)
            .Select(node => node.Span).ToList();
        var begin = 0;
        for (var number = 1; number <= lines.Length; begin += lines[number - 1].Length + 1, number++)
        {
            if (lines[number - 1].Length > Most && !texts.Exists(span => span.Start < begin && begin < span.End))
                yield return $"{Path.GetRelativePath(Checkout.Root, file)}:{number}";
        }
    }
}
