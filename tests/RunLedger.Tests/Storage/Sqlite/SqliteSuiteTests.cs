using RunLedger.Testing.Conformance;

namespace RunLedger.Tests.Storage.Sqlite;

public sealed class SqliteSuiteTests
{
    [Fact]
    public void Every_conformance_suite_is_run() => Assert.Empty(Suites.NotIn(typeof(SqliteSuiteTests).Assembly));
}
