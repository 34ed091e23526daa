using System.Diagnostics;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace RunLedger.Tests.Kubernetes;

/// <summary>What Kustomize makes of infra/kubernetes, where kubectl is at hand.</summary>
public sealed class RenderedTests
{
    public static TheoryData<string> Folders => [.. Manifests.Folders];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Every_secret_and_every_map_that_is_named_is_rendered_under_that_name(string folder)
    {
        var rendered = Manifests.Parse(await Render(folder)).ToList();
        var made = rendered.Where(one => one["kind"].ToString() is "Secret" or "ConfigMap")
            .ToDictionary(one => $"{one["kind"]} {one["metadata"]["name"]}", one => (YamlMappingNode)one["data"]);
        var named = rendered.SelectMany(References).ToList();

        Assert.NotEmpty(named);
        foreach (var (name, key) in named)
        {
            Assert.Contains(name, made.Keys);
            Assert.True(key is null || made[name].Children.ContainsKey(key), $"{name} has no {key}.");
        }
    }

    [Fact]
    public async Task Where_an_autoscaler_decides_nothing_else_says_how_many_replicas_there_are()
    {
        var deployment = Manifests.Parse(await Render("keda-prometheus"))
            .Single(one => one["kind"].ToString() == "Deployment");

        Assert.DoesNotContain(
            "replicas", ((YamlMappingNode)deployment["spec"]).Children.Keys.Select(key => key.ToString()));
    }

    static async Task<string> Render(string folder)
    {
        var start = new ProcessStartInfo(
            "kubectl", ["kustomize", Path.Combine(Checkout.Root, "infra", "kubernetes", folder)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var kubectl = Process.Start(start)!;
            var fault = kubectl.StandardError.ReadToEndAsync();
            var rendered = await kubectl.StandardOutput.ReadToEndAsync();
            await kubectl.WaitForExitAsync();
            Assert.True(kubectl.ExitCode == 0, await fault);
            return rendered;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("kubectl is not on the PATH.");
            throw;
        }
    }

    static IEnumerable<(string Name, YamlNode? Key)> References(YamlNode node)
    {
        if (node is YamlMappingNode map)
        {
            foreach (var (name, value) in map.Children)
            {
                foreach (var one in (IEnumerable<YamlNode>)(value is YamlSequenceNode list ? list : [value]))
                {
                    if (name.ToString() is "secretRef" or "secretTargetRef" or "credentials")
                        yield return (
                            $"Secret {one["name"]}",
                            ((YamlMappingNode)one).Children.TryGetValue("key", out var key) ? key : null);
                    if (name.ToString() is "configMapRef")
                        yield return ($"ConfigMap {one["name"]}", null);
                    foreach (var below in References(one))
                        yield return below;
                }
            }
        }
    }
}
