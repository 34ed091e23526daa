using System.Text.RegularExpressions;
using RunLedger.Testing;
using YamlDotNet.RepresentationModel;

namespace RunLedger.Tests.Support;

/// <summary>A folder of infra/kubernetes as it lies there, without what Kustomize makes of it.</summary>
sealed partial class Manifests
{
    public static readonly string[] Folders = ["base", "schema", "keda-prometheus"];

    readonly string _folder;

    public Manifests(string folder)
    {
        _folder = Path.Combine(Checkout.Root, "infra", "kubernetes", folder);
        Kustomization = (YamlMappingNode)Read(Path.Combine(_folder, "kustomization.yaml")).Single();
    }

    public YamlMappingNode Kustomization { get; }

    /// <summary>Paths from the folder, as the kustomization names them.</summary>
    public IEnumerable<string> Named =>
        [
            .. List(Kustomization, "resources"),
            .. List(Kustomization, "configurations"),
            .. Generators.SelectMany(one => List(one, "envs")),
        ];

    public IEnumerable<string> Files =>
        Directory.EnumerateFiles(_folder)
            .Select(file => Path.GetFileName(file))
            .Where(file => file != "kustomization.yaml");

    public IEnumerable<string> Texts =>
        List(Kustomization, "resources").Where(file => file.EndsWith(".yaml", StringComparison.Ordinal))
            .SelectMany(file => File.ReadAllText(PathOf(file)).Split("\n---\n"));

    public IEnumerable<YamlNode> Resources => Texts.SelectMany(Parse);

    /// <summary>What the generators of config maps or secrets of that name have: a setting, its value.</summary>
    /// <param name="generators">configMapGenerator or secretGenerator.</param>
    /// <param name="name">The name of the config map or secret.</param>
    /// <param name="offered">Also the lines that a reader may take the # from.</param>
    public Dictionary<string, string> Settings(string generators, string name, bool offered = false) =>
        Nodes(Kustomization, generators).Where(one => one["name"].ToString() == name)
            .SelectMany(
                one => List(one, "envs").SelectMany(file => File.ReadLines(PathOf(file))).Concat(List(one, "literals")))
            .Select(line => Setting().Match(line))
            .Where(line => line.Success && (offered || line.Groups["off"].Value == ""))
            .ToDictionary(line => line.Groups["name"].Value, line => line.Groups["value"].Value);

    public YamlNode One(string kind) => Resources.Single(resource => resource["kind"].ToString() == kind);

    public string PathOf(string file) => Path.GetFullPath(Path.Combine(_folder, file));

    public static IEnumerable<YamlNode> Read(string file) => Parse(File.ReadAllText(file));

    public static IEnumerable<YamlNode> Parse(string text)
    {
        var yaml = new YamlStream();
        using var reader = new StringReader(text);
        yaml.Load(reader);
        return yaml.Documents.Select(document => document.RootNode);
    }

    /// <summary>The values of a list, none where there is no such list.</summary>
    public static IEnumerable<string> List(YamlNode node, string name) =>
        Nodes(node, name).Select(one => one.ToString());

    public static IEnumerable<YamlNode> Nodes(YamlNode node, string name) =>
        node is YamlMappingNode map && map.Children.TryGetValue(name, out var list) ? (YamlSequenceNode)list : [];

    IEnumerable<YamlNode> Generators =>
        [.. Nodes(Kustomization, "configMapGenerator"), .. Nodes(Kustomization, "secretGenerator")];

    [GeneratedRegex("^(?<off># )?(?<name>[A-Za-z0-9_]+)=(?<value>.*)$")]
    private static partial Regex Setting();
}
