using System.Text.RegularExpressions;
using RunLedger.Testing;

namespace RunLedger.Tests.Support;

/// <summary>The Markdown of the checkout, as GitHub reads it.</summary>
static partial class Document
{
    /// <summary>All of it, as paths below the root with <c>/</c> between folders.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Checkout.Root, "*.md", new EnumerationOptions { RecurseSubdirectories = true })
            .Select(path => Path.GetRelativePath(Checkout.Root, path).Replace('\\', '/'))
            .Where(path => !Built().IsMatch(path))
            .Order(StringComparer.Ordinal),
    ];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Checkout.Root, file));

    /// <summary>Where its links and pictures lead, without those in code.</summary>
    public static IEnumerable<string> Links(string file) =>
        Link().Matches(Code().Replace(Fence().Replace(Read(file), ""), "")).Select(link => link.Groups["target"].Value);

    /// <summary>What can stand after the <c>#</c> of a link to it.</summary>
    public static IReadOnlySet<string> Anchors(string file)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(Read(file), "")))
        {
            var plain = Link().Replace(heading.Groups["text"].Value, "${text}");
            var anchor = NoAnchor().Replace(plain.Trim().ToLowerInvariant(), "").Replace(' ', '-');
            var alike = 0;
            while (!anchors.Add(alike == 0 ? anchor : $"{anchor}-{alike}"))
                alike++;
        }

        return anchors;
    }

    [GeneratedRegex(@"(^|/)(bin|obj|node_modules|artifacts)/")]
    private static partial Regex Built();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#{1,6} (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}_\- ]")]
    private static partial Regex NoAnchor();
}
