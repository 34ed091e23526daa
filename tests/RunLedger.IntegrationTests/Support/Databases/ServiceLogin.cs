using Npgsql;
using RunLedger.Schema;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>
/// Who the services under test are in the database: a login that is a member of the shipped role and may do nothing
/// else. The schema is the owner's, and so is what a test arranges.
/// </summary>
static class ServiceLogin
{
    public const string Name = "run_ledger_test_service";

    // The owner is a member too, or it would neither see the sessions of the services nor end them.
    const string Login = $"""
        do $$
        begin
          if not exists (select from pg_roles where rolname = '{Name}') then
            create role {Name} login password '{Name}';
          end if;
          if not pg_has_role('{Name}', 'run_ledger_writer', 'member') then
            grant run_ledger_writer to {Name};
          end if;
          if not pg_has_role('{Name}', 'usage') then
            grant {Name} to current_user;
          end if;
        end $$
        """;

    /// <summary>The connection string of a service, of the owner's to the same database.</summary>
    public static string Of(string owner) =>
        new NpgsqlConnectionStringBuilder(owner) { Username = Name, Password = Name }.ConnectionString;

    /// <summary>Lets services into a database that has the schema.</summary>
    /// <param name="server">
    /// Any database of the server: roles are the server's, so only one at a time makes them.
    /// </param>
    /// <param name="owner">The database.</param>
    public static async Task Admit(string server, string owner)
    {
        await using var making = new NpgsqlConnection(server);
        await making.OpenAsync();
        await using var transaction = await making.BeginTransactionAsync();
        await using (var alone = new NpgsqlCommand("select pg_advisory_xact_lock(5302117)", making, transaction))
            await alone.ExecuteNonQueryAsync();
        using var role = new StreamReader(
            typeof(SchemaScript).Assembly.GetManifestResourceStream("postgres/role.sql")!);
        await using var database = NpgsqlDataSource.Create(owner);
        try
        {
            foreach (var sql in (string[])[await role.ReadToEndAsync(), Login])
            {
                await using var command = database.CreateCommand(sql);
                await command.ExecuteNonQueryAsync();
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            TestDatabase.Missing($"The login of ConnectionStrings__Postgres may not create roles: {e.MessageText}");
        }
    }
}
