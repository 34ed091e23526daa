using RunLedger.Service.Actions;
using RunLedger.Storage;

namespace RunLedger.Service.Query;

/// <summary>Saves statements, and deletes them.</summary>
sealed class SavedQueryActions(ILedgerTransactions ledger, ActionLog actions)
{
    /// <returns>One of <see cref="SavedQuery.Outcomes"/>.</returns>
    public Task<string> Save(string name, string text, string who, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            var (others, known) = (await sql.List(
                """
                select count(*) filter (where name <> @name), count(*) filter (where name = @name) from saved_query
                """,
                row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken, ("name", name)))[0];
            if (others >= SavedQuery.Most)
                return SavedQuery.Full;
            // One's own is changed, another's is not.
            var saved = await sql.Run(
                """
                insert into saved_query (name, sql, saved_by, saved_at) values (@name, @sql, @who, @now)
                on conflict (name) do update set sql = excluded.sql, saved_at = excluded.saved_at
                  where saved_query.saved_by = excluded.saved_by
                """,
                cancellationToken, ("name", name), ("sql", text), ("who", who), ("now", actions.Now));
            if (saved == 0)
                return SavedQuery.Taken;
            await actions.Enter(
                sql, who, ActionNames.SaveQuery, name, null, new { sql = LedgerQuery.Logged(text) }, SavedQuery.Saved,
                cancellationToken);
            return known > 0 ? SavedQuery.Changed : SavedQuery.Saved;
        },
        cancellationToken);

    /// <param name="name">The statement's.</param>
    /// <param name="who">Who deletes it.</param>
    /// <param name="all">Whether he may delete what others saved.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>One of <see cref="SavedQuery.Outcomes"/>.</returns>
    public Task<string> Delete(string name, string who, bool all, CancellationToken cancellationToken) => ledger.InOne(
        async sql =>
        {
            var found = await sql.List(
                $"select sql, saved_by from saved_query where name = @name {sql.ForUpdate}",
                row => (Sql: row.GetString(0), By: row.GetString(1)), cancellationToken, ("name", name));
            if (found.Count == 0)
                return Web.FormOutcomes.Gone;
            if (!all && found[0].By != who)
                return SavedQuery.Another;
            await sql.Run("delete from saved_query where name = @name", cancellationToken, ("name", name));
            await actions.Enter(
                sql, who, ActionNames.DeleteQuery, name, null, new { sql = LedgerQuery.Logged(found[0].Sql) },
                SavedQuery.Deleted, cancellationToken);
            return SavedQuery.Deleted;
        },
        cancellationToken);
}
