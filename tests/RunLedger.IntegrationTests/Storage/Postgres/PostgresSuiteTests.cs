using RunLedger.Testing.Conformance;

namespace RunLedger.IntegrationTests.Storage.Postgres;

public sealed class PostgresSuiteTests
{
    [Fact]
    public void Every_conformance_suite_is_run() => Assert.Empty(Suites.NotIn(typeof(PostgresSuiteTests).Assembly));
}
