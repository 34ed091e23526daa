using RunLedger.Expectations;
using RunLedger.Service.Actions;
using RunLedger.Storage;

namespace RunLedger.Service.Expectations;

/// <summary>What operators say is to be expected.</summary>
sealed class ExpectationActions(ILedgerTransactions ledger, ActionLog actions)
{
    /// <summary>
    /// Arms an expectation, or changes it. Where it is for other candidates or times than before it begins anew: what
    /// was found of those goes.
    /// </summary>
    public async Task<ExpectationOutcome> Put(Expectation expected, CancellationToken cancellationToken)
    {
        try
        {
            return await PutInOne(expected, cancellationToken);
        }
        catch (TakenMeanwhileException)
        {
            return new(false, "of this moment");
        }
    }

    Task<ExpectationOutcome> PutInOne(Expectation expected, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            if (await Other(sql, expected, cancellationToken) is { } other)
                return new ExpectationOutcome(false, other);
            var known = (await sql.List(
                $"select {Expectation.Columns} from expectation where name = @name {sql.ForUpdate}",
                Expectation.Read, cancellationToken, ("name", expected.Name))).FirstOrDefault();
            if (known is null && await Count(sql, cancellationToken) >= Expectation.Most)
                return new ExpectationOutcome(false, null, TooMany: true);
            if (known is not null && IsSame(known, expected))
            {
                await Change(sql, expected, cancellationToken);
            }
            else
            {
                await Delete(sql, expected.Name, cancellationToken);
                // Somebody may have put one for the same candidates at this moment: the one of before stays.
                if (await Insert(sql, expected, cancellationToken) == 0)
                    throw new TakenMeanwhileException();
            }

            await actions.Enter(
                sql, expected.ArmedBy, ActionNames.Expect, expected.Name, null,
                new { expected.Candidate, expected.Cron, expected.Zone }, known is null ? "armed" : "changed",
                cancellationToken);
            return new ExpectationOutcome(known is null, null);
        },
        cancellationToken);

    /// <summary>Takes an expectation away, and what was found. False where there is none.</summary>
    public Task<bool> Delete(
        string name, string operatorName, string? reason, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            if (await Delete(sql, name, cancellationToken) == 0)
                return false;
            await actions.Enter(
                sql, operatorName, ActionNames.StopExpecting, name, reason, null, "deleted", cancellationToken);
            return true;
        },
        cancellationToken);

    static bool IsSame(Expectation known, Expectation expected) =>
        (known.Candidate, known.Cron, known.Zone) == (expected.Candidate, expected.Cron, expected.Zone);

    static async Task<string?> Other(LedgerSql sql, Expectation expected, CancellationToken cancellationToken) =>
        (await sql.List(
            "select name from expectation where candidate = @candidate and name <> @name",
            row => row.GetString(0), cancellationToken,
            ("candidate", expected.Candidate), ("name", expected.Name))).FirstOrDefault();

    static async Task<long> Count(LedgerSql sql, CancellationToken cancellationToken) => (await sql.List(
        "select count(*) from expectation", row => row.GetInt64(0), cancellationToken))[0];

    static Task<int> Delete(LedgerSql sql, string name, CancellationToken cancellationToken) => sql.Run(
        "delete from expectation where name = @name", cancellationToken, ("name", name));

    static Task<int> Change(LedgerSql sql, Expectation expected, CancellationToken cancellationToken) => sql.Run(
        """
        update expectation set grace_seconds = @grace, early_seconds = @early, longest_seconds = @longest,
          most_runs = @most where name = @name
        """,
        cancellationToken,
        ("name", expected.Name), ("grace", Seconds(expected.Grace)), ("early", Seconds(expected.Early)),
        ("longest", Seconds(expected.Longest)), ("most", expected.MostRuns));

    static Task<int> Insert(LedgerSql sql, Expectation expected, CancellationToken cancellationToken) => sql.Run(
        $"""
         insert into expectation ({Expectation.Columns})
         values (@name, @candidate, @cron, @zone, @grace, @early, @longest, @most, @armed, @who, @heard, @judged)
         on conflict do nothing
         """,
        cancellationToken,
        ("name", expected.Name), ("candidate", expected.Candidate), ("cron", expected.Cron), ("zone", expected.Zone),
        ("grace", Seconds(expected.Grace)), ("early", Seconds(expected.Early)), ("longest", Seconds(expected.Longest)),
        ("most", expected.MostRuns), ("armed", expected.ArmedAt), ("who", expected.ArmedBy),
        ("heard", expected.HeardUntil), ("judged", expected.JudgedUntil));

    static int? Seconds(TimeSpan? span) => (int?)span?.TotalSeconds;

    /// <summary>Nothing of the transaction is committed.</summary>
    sealed class TakenMeanwhileException : Exception;
}
