using RunLedger.Expectations;
using RunLedger.Folding;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>The runs of a pattern among more candidates than are looked for by their codes, in either store.</summary>
public abstract class PatternRunsConformance(Provider provider) : StoreSuite(provider)
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task No_run_is_passed_over_and_none_is_found_twice(int pageSize)
    {
        await Expect();
        var runs = new List<Guid>();
        // Several at one time, as those of a batch are: at the end of a page, and on both sides of it.
        for (var n = 0; n < 12; n++)
        {
            runs.Add(await Run(Noon.AddMinutes(n / 4), n % 3 == 0 ? "P" : $"P{n}"));
            await Run(Noon.AddMinutes(n / 4), "Q");
        }

        var found = new List<Guid>();
        for (HeardPoint? from = new(Noon.AddMinutes(-5), Guid.Empty); from is { } since;)
        {
            from = await Store.Transactions.InOne(
                async sql =>
                {
                    var expected = (await ExpectationSql.Take(sql, "nightly", Token))!;
                    var (some, until) = await PatternRuns.Heard(
                        sql, expected, since, TimeSpan.FromMinutes(1), 5, Token, pageSize);
                    foreach (var run in some)
                        await ExpectationSql.Place(sql, expected.Name, run, null, Token);
                    found.AddRange(some.Select(run => run.Id));
                    return until;
                },
                Token);
        }

        Assert.Equal(runs.Order(), found.Order());
    }

    [Theory]
    [InlineData(1, 19)]
    [InlineData(25, 25)]
    public async Task Of_a_long_time_a_part_is_gone_through_and_the_search_goes_on_from_there(int least, int until)
    {
        await Expect();
        for (var n = 0; n < 30; n++)
            await Run(Noon.AddMinutes(n), "Q");

        var looked = await Store.Transactions.InOne(
            async sql => await PatternRuns.Heard(
                sql, (await ExpectationSql.Take(sql, "nightly", Token))!, new(Noon, Guid.Empty),
                TimeSpan.FromMinutes(least), 5, Token, pageSize: 1),
            Token);

        Assert.Equal(Noon.AddMinutes(until), looked.Until!.Value.At);
    }

    Task<List<string>> Expect() => Query(
        $"""
         insert into expectation ({Expectation.Columns}) values ('nightly', 'P*', '0 * * * *', null, 600, 300,
           null, 1, '{LedgerTime.Text(Noon)}', 'anna', '{LedgerTime.Text(Noon)}', '{LedgerTime.Text(Noon)}')
         """);

    async Task<Guid> Run(DateTime heard, string candidate)
    {
        var id = Guid.CreateVersion7();
        await Query(
            $"""
             insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
               source_system, status, started_at, created_at)
             values ('{id}', '{candidate}', 'c', 'dot_runtime', 'started', '{LedgerTime.Text(heard)}',
               '{LedgerTime.Text(heard)}')
             """);
        return id;
    }
}
