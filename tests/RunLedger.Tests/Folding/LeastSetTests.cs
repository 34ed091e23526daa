using CsCheck;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Folding;

/// <summary>What counts and what lost, also when there is more of it than is kept.</summary>
public sealed class LeastSetTests
{
    // Times from few values, so that members are often the same, and 60 members at most: past the 33 that are kept.
    static readonly Gen<LeastSet<Ending>> Set =
        from members in (from at in Gen.Int[0, 59]
                         from failed in Gen.Bool
                         select new Ending(at, failed ? RunStatus.Failed : RunStatus.Completed, 0)).Array[0, 60]
        select Of(members);

    static readonly Gen<LeastSet<Identity>> Identities =
        from members in (from of in Gen.Int[0, 45]
                         from at in Gen.Int[0, 99]
                         select Identity(of, at)).Array[0, 60]
        select Of(members);

    [Theory]
    [InlineData(33, false)]
    [InlineData(34, true)]
    [InlineData(100, true)]
    public void More_than_32_losers_are_said_to_be_more(int members, bool more)
    {
        var set = Of([.. Enumerable.Range(0, members).Reverse().Select(at => new Ending(at, RunStatus.Failed, 0))]);

        Assert.Equal((0L, 32, more), (set.First.At, set.Losers.Length, set.More));
        Assert.Equal(Enumerable.Range(0, 33).Select(at => (long)at), set.Members.ToArray().Select(ending => ending.At));
    }

    [Fact]
    public void An_operator_reads_32_plus()
    {
        var run = Some.Run();
        var fold = Enumerable.Range(0, 40)
            .Select(n => RunProjection.Of(
                Validated.By(run.Failed() with { OccurredAt = run.Start.AddSeconds(n), CorrelationId = $"c{n}" })))
            .Aggregate(Fold.Merge);

        var said = RunRow.From(fold).EvidenceRef;

        Assert.Contains("32+ other ends were reported; the earliest counts", said, StringComparison.Ordinal);
        Assert.Contains("32+ other identities were reported; the best source counts", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_said_again_is_one_member()
    {
        var again = LeastSet<Identity>.Merge(Of([Identity(1, at: 5)]), Of([Identity(1, at: 3)]));

        Assert.Equal(3, Assert.Single(again.Members.ToArray()).Rank.Key.At);
    }

    [Fact]
    public void Merging_endings_does_not_depend_on_order_repetition_or_grouping() => Laws(Set);

    [Fact]
    public void Merging_identities_does_not_depend_on_order_repetition_or_grouping() => Laws(Identities);

    static void Laws<T>(Gen<LeastSet<T>> sets)
        where T : struct, ILeast<T> =>
        Gen.Select(sets, sets, sets).Sample(
            (a, b, c) =>
            {
                var left = Merge(Merge(a, b), c);
                return Same(left, Merge(a, Merge(b, c))) && Same(left, Merge(c, Merge(b, a)))
                    && Same(left, Merge(left, b)) && Same(a, Merge(a, a));
            },
            iter: 2_000);

    static LeastSet<T> Merge<T>(LeastSet<T> a, LeastSet<T> b)
        where T : struct, ILeast<T> => LeastSet<T>.Merge(a, b);

    static bool Same<T>(LeastSet<T> a, LeastSet<T> b)
        where T : struct, ILeast<T> => a.More == b.More && a.Members.SequenceEqual(b.Members);

    static LeastSet<T> Of<T>(T[] members)
        where T : struct, ILeast<T> =>
        members.Aggregate(LeastSet<T>.Empty, (set, member) => Merge(set, new LeastSet<T>(member)));

    static Identity Identity(int of, int at) =>
        new($"P{of}", "c", "dot_runtime", new Rank(0, new OrderKey(at, Contract.RunStarted, 0)));
}
