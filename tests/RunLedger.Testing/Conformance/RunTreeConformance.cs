using System.Text.Json;
using Xunit;

namespace RunLedger.Testing.Conformance;

public abstract class RunTreeConformance(Provider provider) : ReadingSuite(provider)
{
    [Fact]
    public async Task A_tree_nests_the_children_and_leads_up_to_the_root()
    {
        await Ledger.Run(Id(1));
        await Ledger.Run(Id(2), parent: Id(1));
        await Ledger.Run(Id(3), parent: Id(2), status: "failed");
        await Ledger.Run(Id(4), parent: Id(3), createdAt: "2026-03-01T00:00:02.000000Z");
        await Ledger.Run(Id(5), parent: Id(3), createdAt: "2026-03-01T00:00:01.000000Z");
        await Ledger.Run(Id(6), parent: Id(4));
        await Ledger.Run(Id(7), parent: Id(1));

        var tree = await Ledger.Get($"/api/runs/{Id(3)}/tree");

        Assert.Equal([Id(1), Id(2)], tree.GetProperty("ancestors").EnumerateArray().Select(RunId));
        Assert.Equal($"{Id(3)}({Id(5)},{Id(4)}({Id(6)}))", Shape(tree.GetProperty("run")));
        Assert.Equal("failed", tree.GetProperty("run").GetProperty("status").GetString());
        Assert.False(tree.GetProperty("truncated").GetBoolean());
        Assert.Equal(JsonValueKind.Null, tree.GetProperty("cycleAt").ValueKind);
        Assert.Equal(JsonValueKind.Null, tree.GetProperty("unseenParentId").ValueKind);
    }

    [Fact]
    public async Task Parents_named_by_an_alias_belong_to_the_tree_of_the_run()
    {
        await Ledger.Run(Id(1));
        await Ledger.Alias(Id(100), Id(1));
        await Ledger.Run(Id(2), parent: Id(100));
        await Ledger.Alias(Id(200), Id(2));
        await Ledger.Run(Id(3), parent: Id(200));

        var tree = await Ledger.Get($"/api/runs/{Id(2)}/tree");

        Assert.Equal([Id(1)], tree.GetProperty("ancestors").EnumerateArray().Select(RunId));
        Assert.Equal($"{Id(2)}({Id(3)})", Shape(tree.GetProperty("run")));
        Assert.Equal(Id(1), tree.GetProperty("run").GetProperty("parentRunId").GetGuid());
    }

    [Fact]
    public async Task A_parent_that_the_ledger_has_not_seen_is_named()
    {
        await Ledger.Run(Id(1), parent: Id(99));
        await Ledger.Run(Id(2), parent: Id(1));

        var tree = await Ledger.Get($"/api/runs/{Id(2)}/tree");

        Assert.Equal(Id(99), tree.GetProperty("unseenParentId").GetGuid());
        Assert.Equal([Id(1)], tree.GetProperty("ancestors").EnumerateArray().Select(RunId));
    }

    [Fact]
    public async Task Runs_that_are_their_own_ancestors_end_the_walk_and_are_named()
    {
        await Ledger.Run(Id(1), parent: Id(3));
        await Ledger.Run(Id(2), parent: Id(1));
        await Ledger.Run(Id(3), parent: Id(2));
        await Ledger.Run(Id(4), parent: Id(4));

        var circle = await Ledger.Get($"/api/runs/{Id(1)}/tree");
        var alone = await Ledger.Get($"/api/runs/{Id(4)}/tree");

        Assert.Equal(Id(1), circle.GetProperty("cycleAt").GetGuid());
        Assert.Equal($"{Id(1)}({Id(2)}({Id(3)}))", Shape(circle.GetProperty("run")));
        Assert.Equal(Id(4), alone.GetProperty("cycleAt").GetGuid());
        Assert.Equal($"{Id(4)}", Shape(alone.GetProperty("run")));
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    public async Task A_tree_holds_a_thousand_runs_and_says_when_there_are_more(int children, bool truncated)
    {
        await Ledger.Run(Id(1));
        var rows = Enumerable.Range(2, children).Select(n => $"('{Id(n)}', 'p', 'c', '{Id(1)}', 'started', 'dry_run')");
        await Ledger.Execute($"""
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system)
            values {string.Join(',', rows)}
            """);

        var tree = await Ledger.Get($"/api/runs/{Id(1)}/tree");

        Assert.Equal(999, tree.GetProperty("run").GetProperty("children").GetArrayLength());
        Assert.Equal(truncated, tree.GetProperty("truncated").GetBoolean());
    }

    [Theory]
    [InlineData(65, false)]
    [InlineData(66, true)]
    public async Task A_tree_goes_64_levels_up_and_down_and_says_when_there_are_more(int runs, bool truncated)
    {
        for (var number = 1; number <= runs; number++)
        {
            await Ledger.Run(Id(number), parent: number == 1 ? null : Id(number - 1));
        }

        using var fromTop = JsonDocument.Parse(
            await Ledger.Client.GetStringAsync($"/api/runs/{Id(1)}/tree"), new() { MaxDepth = 200 });
        var fromBottom = await Ledger.Get($"/api/runs/{Id(runs)}/tree");

        var levels = 0;
        for (var node = fromTop.RootElement.GetProperty("run"); node.GetProperty("children") is var children
            && children.GetArrayLength() > 0; node = children[0])
        {
            levels++;
        }
        Assert.Equal(64, levels);
        Assert.Equal(64, fromBottom.GetProperty("ancestors").GetArrayLength());
        Assert.Equal(truncated, fromTop.RootElement.GetProperty("truncated").GetBoolean());
        Assert.Equal(truncated, fromBottom.GetProperty("truncated").GetBoolean());
    }

    static Guid RunId(JsonElement node) => node.GetProperty("processRunId").GetGuid();

    static string Shape(JsonElement node)
    {
        var children = node.GetProperty("children").EnumerateArray().Select(Shape).ToList();
        return children.Count == 0 ? $"{RunId(node)}" : $"{RunId(node)}({string.Join(',', children)})";
    }
}
